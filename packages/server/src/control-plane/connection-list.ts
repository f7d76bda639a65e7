import type { CsvValue } from "@c10k-lab/files";
import { decodeAddress, monotonicUs } from "@c10k-lab/posix";
import { CLOSE_REASONS, type CloseReason } from "@c10k-lab/protocol/names";
import { FIELD, type Ledger, PEER_BYTES } from "@c10k-lab/stats/ledger";
import type { ClientNames } from "./client-names.ts";

/** One connection in the form of the /connections list and of the CSV file. */
export interface ConnectionEntry {
  readonly connection: number;
  readonly host: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly openedAt: string;
  readonly durationMs: number;
  readonly requests: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Reason of the end; null while the connection is open. */
  readonly closeReason: CloseReason | null;
}

/** Readable form of ledger rows: names, times, reasons instead of codes and clocks. */
export class ConnectionList {
  readonly #ledger: Ledger;
  readonly #names: ClientNames;
  /** Wall-clock time of the monotonic clock's zero, ms. It is read once, so a step of the wall clock moves no row. */
  readonly #epochMs = Date.now() - monotonicUs() / 1000;

  constructor(ledger: Ledger, names: ClientNames) {
    this.#ledger = ledger;
    this.#names = names;
  }

  /** Returns the entry of a ledger row. */
  readEntry(row: number): ConnectionEntry {
    const { rows, peers } = this.#ledger;
    const reason = this.#ledger.closeReason(row);
    const { host: address, port } = decodeAddress(peers, row * PEER_BYTES);
    const openedUs = rows.get(row, FIELD.openedUs);
    const endUs = reason < 0 ? monotonicUs() : rows.get(row, FIELD.closedUs);
    return {
      connection: rows.get(row, FIELD.connection),
      host: address === "" ? undefined : this.#names.get(address),
      address,
      port,
      openedAt: new Date(this.#epochMs + openedUs / 1000).toISOString(),
      durationMs: Math.round(endUs - openedUs) / 1000,
      requests: rows.get(row, FIELD.requests),
      bytesReceived: rows.get(row, FIELD.bytesReceived),
      bytesSent: rows.get(row, FIELD.bytesSent),
      closeReason: CLOSE_REASONS[reason] ?? null,
    };
  }

  /**
   * Returns an entry's values in the order of SERVER_COLUMNS, with the host name if a lookup has found it meanwhile.
   */
  toCsvRow(entry: ConnectionEntry): CsvValue[] {
    return [
      entry.connection,
      entry.host ?? this.#names.get(entry.address) ?? entry.address,
      entry.address,
      entry.port,
      entry.openedAt,
      entry.durationMs,
      entry.requests,
      entry.bytesReceived,
      entry.bytesSent,
      entry.closeReason,
    ];
  }
}
