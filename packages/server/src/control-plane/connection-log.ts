import type { CsvFile } from "@c10k-lab/files";
import type { LedgerReader } from "@c10k-lab/stats";
import { COLLECT_INTERVAL_MS } from "../limits.ts";
import type { ClientNames } from "./client-names.ts";
import type { ConnectionEntry, ConnectionList } from "./connection-list.ts";
import type { Log } from "./log.ts";

/**
 * Writer that moves closed rows from the ledger to the CSV file, a batch every COLLECT_INTERVAL_MS. Without a file it only releases
 * them: nothing is formatted, and no name is looked up.
 */
export class ConnectionLog {
  readonly #reader: LedgerReader;
  readonly #list: ConnectionList;
  readonly #names: ClientNames;
  readonly #file: CsvFile | undefined;
  readonly #log: Log;
  /** Entries that were taken from the ledger and are not yet handed to the file. */
  #pending: ConnectionEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(
    reader: LedgerReader,
    list: ConnectionList,
    names: ClientNames,
    file: CsvFile | undefined,
    log: Log,
  ) {
    this.#reader = reader;
    this.#list = list;
    this.#names = names;
    this.#file = file;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#collect());
    }, COLLECT_INTERVAL_MS);
  }

  /** Writes the remaining rows and closes the file. Returns false when rows are missing from it. */
  async stop(): Promise<boolean> {
    clearInterval(this.#timer);
    // An error in an earlier batch has been reported; the rows of this one are still written.
    await this.#writing.catch(() => {});
    await this.#collect();
    return this.#close();
  }

  /** Does the same as `stop` before it returns, for a process that exits: without waiting for host names. */
  stopNow(): boolean {
    this.#take();
    try {
      this.#file?.appendNow(this.#pending.map((entry) => this.#list.toCsvRow(entry)));
    } catch {
      // The file keeps the rows and reports the error when it is closed.
    }
    return this.#close();
  }

  #close(): boolean {
    if (!this.#file) return true;
    try {
      this.#file.close();
      return true;
    } catch (error) {
      this.#log.error(`rows are missing from ${this.#file.path}: ${(error as Error).message}`);
      return false;
    }
  }

  /** Moves closed rows from the ledger to the pending entries. */
  #take(): void {
    this.#reader.collect((row) => {
      if (this.#file) this.#pending.push(this.#list.readEntry(row));
    });
  }

  async #collect(): Promise<void> {
    this.#take();
    if (!this.#file || (this.#pending.length === 0 && !this.#hasFailed)) return;
    await this.#names.settle();
    try {
      await this.#file.append(this.#pending.map((entry) => this.#list.toCsvRow(entry)));
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.error(`cannot write ${this.#file.path}, will retry: ${(error as Error).message}`);
      }
      this.#hasFailed = true;
    }
    this.#pending = [];
  }
}
