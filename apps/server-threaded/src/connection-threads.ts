import { loadAddon } from "@c10k-lab/posix";
import { BUFFER_BYTES } from "@c10k-lab/server/data-plane";
import type { SharedRows } from "@c10k-lab/stats";

/** Exports of native/connection-thread.c. */
interface Addon {
  createTable(rows: Float64Array, states: Int32Array, stackBytes: number, bufferBytes: number): object;
  startThread(table: object, row: number, fd: number): number;
  drainThreads(table: object): number;
  abortThreads(table: object): number;
  liveThreads(table: object): number;
  shortWrites(table: object): number;
}

const addon = loadAddon<Addon>(new URL("../build/connection-thread.node", import.meta.url));

/** Threads of the open connections: one pthread each, which counts in its connection's row of the ledger. */
export class ConnectionThreads {
  readonly #table: object;

  /** @param stackBytes stack of each thread, which also holds its buffer */
  constructor(rows: SharedRows, stackBytes: number) {
    this.#table = addon.createTable(rows.values, rows.states, stackBytes, BUFFER_BYTES);
  }

  /** Starts a connection's thread. Returns 0 or the negative error number of pthread_create(3). */
  start(row: number, fd: number): number {
    return addon.startThread(this.#table, row, fd);
  }

  /** Sends each client its pending echo and a FIN. */
  drain(): void {
    addon.drainThreads(this.#table);
  }

  /** Cuts every connection. */
  abort(): void {
    addon.abortThreads(this.#table);
  }

  get live(): number {
    return addon.liveThreads(this.#table);
  }

  get shortWrites(): number {
    return addon.shortWrites(this.#table);
  }
}
