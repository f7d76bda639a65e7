import { Worker } from "node:worker_threads";
import type { CsvFile, CsvValue } from "@c10k-lab/files";
import { addressFamily, encodeAddress, posix } from "@c10k-lab/posix";
import type { LoadSample } from "@c10k-lab/protocol";
import { ROW_CLOSED, ROW_FREE } from "@c10k-lab/stats/shared-rows";
import type { WakeFds } from "../io/load-io.ts";
import { LoadSampler } from "../measure/load-sampler.ts";
import { ResultsTable } from "../measure/results-table.ts";
import { exposeCollector } from "../thread/collector.ts";
import { reserveProcessor } from "../thread/own-processor.ts";
import { Rest } from "../thread/rest.ts";
import { Orders } from "../workload/orders.ts";
import type { Workload } from "../workload/workload.ts";
import type { LoadWorkerData, LoadWorkerEvent, LoadWorkerResult, Parked } from "./load-worker.ts";
import type { Target } from "./target.ts";

/** Interval between two writes of ended connections' rows: SIGKILL loses at most this much. */
const COLLECT_INTERVAL_MS = 250;

/**
 * Most memory of the worker's young objects: V8 divides it into three semi-spaces. The loop makes next to none, and a larger
 * one would fill with them before the first collection.
 */
const YOUNG_GENERATION_MB = 3;

/** Results of the load beside its rows. */
export interface LoadResult extends LoadWorkerResult {
  /** Samples over time; the last one is taken when every connection has ended. */
  readonly series: readonly LoadSample[];
}

/** The main thread's half of a run: starts the worker, writes rows to disk, samples the series, passes on an interrupt. */
export class LoadRun {
  readonly results: ResultsTable;
  readonly #workload: Workload;
  /** The server's address as the kernel has it. */
  readonly #target: Uint8Array;
  readonly #wakeFds: WakeFds = {
    stop: posix.eventfd(0, posix.EFD_CLOEXEC | posix.EFD_NONBLOCK),
    order: posix.eventfd(0, posix.EFD_CLOEXEC | posix.EFD_NONBLOCK),
  };
  readonly #orders: Orders | null;
  #onParked: (parked: Parked) => void = () => {};
  readonly #file: CsvFile | undefined;
  #collected = 0;

  /** @param file takes the rows of ended connections */
  constructor(workload: Workload, target: Target, file: CsvFile | undefined) {
    this.#workload = workload;
    this.#target = encodeAddress(target);
    this.#orders = workload.isDirected || workload.isGated ? new Orders() : null;
    this.results = ResultsTable.allocate(
      workload.connections,
      workload.messagesEach,
      addressFamily(this.#target),
    );
    this.#file = file;
  }

  /** Ends every connection now, with the outcome interrupted. */
  interrupt(): void {
    posix.eventfd_write(this.#wakeFds.stop, 1);
  }

  /** Directed or gated load: gives the loop an order. */
  order(give: (orders: Orders) => void): void {
    if (this.#orders === null) return;
    give(this.#orders);
    posix.eventfd_write(this.#wakeFds.order, 1);
  }

  /** Waits until all is connected or, in a directed load, until the messages of the slice are back. */
  parked(): Promise<Parked> {
    return new Promise((resolve) => {
      this.#onParked = resolve;
    });
  }

  async run(): Promise<LoadResult> {
    using sampler = new LoadSampler(this.results);
    using _rest = new Rest(this.results.live);
    let writing = Promise.resolve();
    const timer = setInterval(() => {
      writing = writing.then(() => this.#collect()).catch(() => {});
    }, COLLECT_INTERVAL_MS);
    try {
      const result = await this.#work();
      return { ...result, series: sampler.finish() };
    } finally {
      clearInterval(timer);
      await writing;
    }
  }

  /** Writes the remaining rows. @throws Error when the disk does not take them */
  async finish(): Promise<void> {
    await this.#collect();
    this.#file?.close();
  }

  async #work(): Promise<LoadWorkerResult> {
    const data: LoadWorkerData = {
      workload: this.#workload,
      target: this.#target,
      processor: await reserveProcessor(),
      wakeFds: this.#wakeFds,
      orders: this.#orders?.memory ?? null,
      results: this.results.memory,
    };
    if (this.#workload.isGated) exposeCollector();
    const worker = new Worker(new URL("./load-worker.ts", import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    return new Promise((resolve, reject) => {
      worker.on("message", (message: LoadWorkerEvent) => {
        if (message.event === "ended") resolve(message.result);
        else this.#onParked(message);
      });
      worker.once("error", reject);
    });
  }

  /** Writes the rows of ended connections and marks them free, so each is written once. */
  async #collect(): Promise<void> {
    const { rows } = this.results;
    const { connections } = this.#workload;
    if (!this.#file || this.#collected === connections) return this.#file?.append([]);
    const batch: CsvValue[][] = [];
    for (let row = 0; row < connections; row++) {
      if (rows.state(row) !== ROW_CLOSED) continue;
      batch.push(this.results.csvRow(row));
      rows.publish(row, ROW_FREE);
    }
    this.#collected += batch.length;
    await this.#file.append(batch);
  }
}
