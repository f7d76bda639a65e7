/**
 * Times at which connections are woken: a binary heap of (time, connection), each connection at most once. The arrays
 * have a fixed size, so setting a deadline allocates nothing.
 */
export class Deadlines {
  readonly #timesUs: Float64Array;
  readonly #connections: Int32Array;
  #size = 0;

  /** @param capacity connections */
  constructor(capacity: number) {
    this.#timesUs = new Float64Array(capacity);
    this.#connections = new Int32Array(capacity);
  }

  /** The earliest time; Infinity when there is none. */
  get nextUs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#timesUs[0];
  }

  /** Forgets all times. */
  clear(): void {
    this.#size = 0;
  }

  add(timeUs: number, connection: number): void {
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#timesUs[parent] <= timeUs) break;
      this.#put(at, this.#timesUs[parent], this.#connections[parent]);
      at = parent;
    }
    this.#put(at, timeUs, connection);
  }

  /** Removes and returns the connection with the earliest time; there must be one. */
  take(): number {
    const first = this.#connections[0];
    this.#size--;
    const timeUs = this.#timesUs[this.#size];
    const connection = this.#connections[this.#size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#timesUs[child + 1] < this.#timesUs[child]) child++;
      if (this.#timesUs[child] >= timeUs) break;
      this.#put(at, this.#timesUs[child], this.#connections[child]);
      at = child;
    }
    this.#put(at, timeUs, connection);
    return first;
  }

  #put(at: number, timeUs: number, connection: number): void {
    this.#timesUs[at] = timeUs;
    this.#connections[at] = connection;
  }
}
