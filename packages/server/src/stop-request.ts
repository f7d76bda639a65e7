import { posix } from "@c10k-lab/posix";

export const RUN = 0;
/** Stop listening, send each connection its pending echo and a FIN, then wait for clients to close. */
export const DRAIN = 1;
/** Close all connections at once. */
export const ABORT = 2;

/** Memory of a stop request, as plain data that can be posted to a worker. */
export interface StopRequestMemory {
  readonly level: SharedArrayBuffer;
  readonly wakeFd: number;
}

/** Request to stop, from the control plane to the data plane: a level in shared memory and an eventfd that wakes it. */
export class StopRequest {
  readonly memory: StopRequestMemory;
  /** Descriptor that becomes readable when the level has changed. */
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

  /** Raises the level and wakes the data plane. Control plane only. */
  raise(level: number): void {
    Atomics.store(this.#level, 0, level);
    Atomics.notify(this.#level, 0);
    posix.eventfd_write(this.wakeFd, 1);
  }

  /** Sleeps until the level differs from `level`, at most `timeoutMs`. For a data plane without a poller. */
  sleep(level: number, timeoutMs: number): void {
    Atomics.wait(this.#level, 0, level, timeoutMs);
  }
}
