import { Worker } from "node:worker_threads";
import { HOLD } from "./hold-states.ts";

/** The thread gets the processor within a few milliseconds, whatever else runs there. */
const HELD_WITHIN_MS = 20;
/** Calls of a reader whose hold ends before all is read: where others take its own processor. */
const TRIES = 3;

/**
 * A thread that takes a processor for some ten microseconds. Meanwhile no other thread runs on it, so that the clocks of a
 * program pinned to it are exact: the kernel brings the clock of a thread that runs up to date once a tick, every 4 ms
 * at 250 Hz, and when the thread leaves the processor (kernel/sched/cputime.c).
 */
export class ProcessorHold {
  readonly #state: Int32Array<SharedArrayBuffer>;
  readonly #worker: Worker;

  private constructor(worker: Worker, state: Int32Array<SharedArrayBuffer>) {
    this.#worker = worker;
    this.#state = state;
  }

  /** Starts the thread, which waits in the kernel until it is needed. */
  static async start(processor: number): Promise<ProcessorHold> {
    const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData = { processor, state };
    const worker = new Worker(new URL("./hold-thread.ts", import.meta.url), { workerData });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.once("message", resolve).once("error", reject);
    await promise;
    worker.unref();
    return new ProcessorHold(worker, state);
  }

  /**
   * Calls `read` while the processor is held, and again where the hold ended before.
   *
   * @returns what the last call returned, and whether the processor was held throughout it
   */
  during<T>(read: () => T): { value: T; isHeld: boolean } {
    for (let left = TRIES; ; left--) {
      Atomics.store(this.#state, 0, HOLD.wanted);
      Atomics.notify(this.#state, 0);
      Atomics.wait(this.#state, 0, HOLD.wanted, HELD_WITHIN_MS);
      const value = read();
      const isHeld = Atomics.exchange(this.#state, 0, HOLD.free) === HOLD.held;
      if (isHeld || left === 1) return { value, isHeld };
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
