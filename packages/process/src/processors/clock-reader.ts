import { Worker } from "node:worker_threads";
import { monotonicUs } from "@c10k-lab/posix";
import { cpuUs } from "../proc/process.ts";
import { type ClockRequest, makeClockRequest, PROCESSES_MAX } from "./clock-request.ts";

/** The thread gets the processor within a few milliseconds, whatever else runs there. */
const ANSWER_MS = 20;

/** CPU times of processes, µs, and the moment of reading. */
export interface Clocks {
  readonly atUs: number;
  readonly cpuUs: ReadonlyMap<number, number>;
  /** They were read on the processor of the processes. */
  readonly isExact: boolean;
}

/**
 * Reads the clocks of processes that are pinned to one processor, by a thread on that processor. While it runs, they do not,
 * so their clocks are exact: the kernel brings the clock of a thread that runs up to date once a tick, every 4 ms at
 * 250 Hz, and when the thread leaves the processor (kernel/sched/cputime.c).
 */
export class ClockReader {
  readonly #request: ClockRequest;
  readonly #worker: Worker;
  #asked = -1;

  private constructor(worker: Worker, request: ClockRequest) {
    this.#worker = worker;
    this.#request = request;
  }

  /** Starts the thread, which waits in the kernel until it is asked. */
  static async start(processor: number): Promise<ClockReader> {
    const request = makeClockRequest();
    const worker = new Worker(new URL("./clock-thread.ts", import.meta.url), {
      workerData: { processor, ...request },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.once("message", resolve).once("error", reject);
    await promise;
    worker.unref();
    return new ClockReader(worker, request);
  }

  /** Reads the clocks, by this thread where the other has no chance in time. NaN for a process that has ended. */
  read(pids: readonly number[]): Clocks {
    const { clocks } = this.#request;
    if (pids.length > PROCESSES_MAX || !this.#ask(pids)) {
      return { cpuUs: new Map(pids.map((pid) => [pid, cpuUs(pid)])), atUs: monotonicUs(), isExact: false };
    }
    return {
      cpuUs: new Map(pids.map((pid, at) => [pid, clocks[at]])),
      atUs: clocks[PROCESSES_MAX],
      isExact: true,
    };
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** @returns whether there is an answer in time */
  #ask(asked: readonly number[]): boolean {
    const { number, pids } = this.#request;
    pids.fill(0).set(asked);
    this.#asked += 2;
    Atomics.store(number, 0, this.#asked);
    Atomics.notify(number, 0);
    Atomics.wait(number, 0, this.#asked, ANSWER_MS);
    return Atomics.load(number, 0) === this.#asked + 1;
  }
}
