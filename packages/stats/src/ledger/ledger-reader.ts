import { FIELD, type Ledger } from "./ledger.ts";
import { ROW_FREE } from "./shared-rows.ts";

/** Totals of all connections, open and closed. */
export interface LedgerTotals {
  requests: number;
  bytesReceived: number;
  bytesSent: number;
  recvCalls: number;
  sendCalls: number;
  /** Number of closed connections, by index into CLOSE_REASONS. */
  closed: number[];
}

/**
 * The control plane's side of a ledger. It hands over each closed row once and keeps the totals of those, so that only
 * the open rows must be read again for new totals.
 */
export class LedgerReader {
  readonly #ledger: Ledger;
  readonly #collected: LedgerTotals = {
    requests: 0,
    bytesReceived: 0,
    bytesSent: 0,
    recvCalls: 0,
    sendCalls: 0,
    closed: [],
  };

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Calls `visit` for each row that was closed since the last call, then releases the row.
   *
   * @returns number of rows visited
   */
  collect(visit: (row: number) => void): number {
    const { touched } = this.#ledger;
    let visited = 0;
    for (let row = 0; row < touched; row++) {
      if (this.#ledger.closeReason(row) < 0) continue;
      visit(row);
      this.#add(this.#collected, row);
      this.#ledger.release(row);
      visited++;
    }
    return visited;
  }

  /** Calls `visit` for each row of a connection that is open, or closed but not yet collected. */
  forEachLive(visit: (row: number) => void): void {
    const { rows, touched } = this.#ledger;
    for (let row = 0; row < touched; row++) {
      if (rows.state(row) !== ROW_FREE) visit(row);
    }
  }

  /** Returns the totals of all connections so far. */
  totals(): LedgerTotals {
    const totals = { ...this.#collected, closed: [...this.#collected.closed] };
    this.forEachLive((row) => this.#add(totals, row));
    return totals;
  }

  #add(totals: LedgerTotals, row: number): void {
    const { rows } = this.#ledger;
    // Read the state before the counts: if the row is closed in between, the counts read here may not be its last ones.
    const reason = this.#ledger.closeReason(row);
    totals.requests += rows.get(row, FIELD.requests);
    totals.bytesReceived += rows.get(row, FIELD.bytesReceived);
    totals.bytesSent += rows.get(row, FIELD.bytesSent);
    totals.recvCalls += rows.get(row, FIELD.recvCalls);
    totals.sendCalls += rows.get(row, FIELD.sendCalls);
    if (reason >= 0) totals.closed[reason] = (totals.closed[reason] ?? 0) + 1;
  }
}
