import { posix } from "@c10k-lab/posix";

export const RUN = 0;
/** Stop listening, let every connection have its echo and a FIN, wait for clients to close. */
export const DRAIN = 1;
/** Close everything now. */
export const ABORT = 2;

/** Where a stop request lies: plain data, to be handed to a worker. */
export interface StopRequestMemory {
  readonly level: SharedArrayBuffer;
  readonly wakeFd: number;
}

/** How the control plane tells the data plane to stop: a level in shared memory and a descriptor that wakes it. */
export class StopRequest {
  readonly memory: StopRequestMemory;
  /** Becomes readable when the level has changed. */
  readonly wakeFd: number;
  readonly #level: Int32Array;

  constructor(memory: StopRequestMemory) {
    this.memory = memory;
    this.wakeFd = memory.wakeFd;
    this.#level = new Int32Array(memory.level);
  }

  static create(): StopRequest {
    const wakeFd = posix.eventfd(0, posix.EFD_CLOEXEC | posix.EFD_NONBLOCK);
    return new StopRequest({ level: new SharedArrayBuffer(4), wakeFd });
  }

  get level(): number {
    return Atomics.load(this.#level, 0);
  }

  /** Control plane: raises the level and wakes whoever sleeps on it. */
  raise(level: number): void {
    Atomics.store(this.#level, 0, level);
    Atomics.notify(this.#level, 0);
    posix.eventfd_write(this.wakeFd, 1);
  }

  /** Data plane without a poller: sleeps until the level is above `level`, at most `timeoutMs`. */
  sleep(level: number, timeoutMs: number): void {
    Atomics.wait(this.#level, 0, level, timeoutMs);
  }
}
