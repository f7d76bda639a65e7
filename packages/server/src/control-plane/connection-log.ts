import type { CsvFile } from "@c10k-lab/files";
import type { LedgerReader } from "@c10k-lab/stats";
import { COLLECT_INTERVAL_MS } from "../limits.ts";
import type { ClientNames } from "./client-names.ts";
import type { ConnectionEntry, ConnectionList } from "./connection-list.ts";
import type { Log } from "./log.ts";

/** Writer that moves closed rows from the ledger to the CSV file, a batch every COLLECT_INTERVAL_MS. */
export class ConnectionLog {
  readonly #reader: LedgerReader;
  readonly #list: ConnectionList;
  readonly #names: ClientNames;
  readonly #file: CsvFile | undefined;
  readonly #log: Log;
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
    await this.#writing;
    await this.#collect();
    if (!this.#file) return true;
    try {
      this.#file.close();
      return true;
    } catch (error) {
      this.#log.error(`rows are missing from ${this.#file.path}: ${(error as Error).message}`);
      return false;
    }
  }

  async #collect(): Promise<void> {
    const entries: ConnectionEntry[] = [];
    this.#reader.collect((row) => entries.push(this.#list.readEntry(row)));
    if (!this.#file || (entries.length === 0 && !this.#hasFailed)) return;
    await this.#names.settle();
    try {
      await this.#file.append(entries.map((entry) => this.#list.toCsvRow(entry)));
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.error(`cannot write ${this.#file.path}, will retry: ${(error as Error).message}`);
      }
      this.#hasFailed = true;
    }
  }
}
