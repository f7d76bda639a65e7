import { FIELD, type Ledger } from "./ledger.ts";
import { ROW_CLOSED, ROW_FREE } from "./shared-rows.ts";

/** Totals over every connection, open and closed. */
export interface LedgerTotals {
  requests: number;
  bytesReceived: number;
  bytesSent: number;
  /** Closed connections by index into CLOSE_REASONS. */
  closed: number[];
}

/**
 * The control plane's side of a ledger: hands over closed rows once each and keeps their totals, so that totals need
 * only the open rows read anew.
 */
export class LedgerReader {
  readonly #ledger: Ledger;
  readonly #collected: LedgerTotals = { requests: 0, bytesReceived: 0, bytesSent: 0, closed: [] };

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Calls `visit` for each row closed since the last call, and gives the row back.
   *
   * @returns rows visited
   */
  collect(visit: (row: number) => void): number {
    const { rows, touched } = this.#ledger;
    let visited = 0;
    for (let row = 0; row < touched; row++) {
      if (rows.state(row) !== ROW_CLOSED) continue;
      visit(row);
      this.#add(this.#collected, row, true);
      this.#ledger.release(row);
      visited++;
    }
    return visited;
  }

  /** Calls `visit` for each connection that is open, or closed and not yet collected. */
  forEachLive(visit: (row: number) => void): void {
    const { rows, touched } = this.#ledger;
    for (let row = 0; row < touched; row++) {
      if (rows.state(row) !== ROW_FREE) visit(row);
    }
  }

  totals(): LedgerTotals {
    const totals = { ...this.#collected, closed: [...this.#collected.closed] };
    this.forEachLive((row) => this.#add(totals, row, this.#ledger.rows.state(row) === ROW_CLOSED));
    return totals;
  }

  #add(totals: LedgerTotals, row: number, isClosed: boolean): void {
    const { rows } = this.#ledger;
    totals.requests += rows.get(row, FIELD.requests);
    totals.bytesReceived += rows.get(row, FIELD.bytesReceived);
    totals.bytesSent += rows.get(row, FIELD.bytesSent);
    if (!isClosed) return;
    const reason = rows.get(row, FIELD.closeReason);
    totals.closed[reason] = (totals.closed[reason] ?? 0) + 1;
  }
}
