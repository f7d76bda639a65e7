// A row holds one double and three integers, then the integers of its architecture.
/** Time of the last sign of the client, µs on CLOCK_MONOTONIC: the double. */
const LAST_ACTIVE = 0;
const GENERATION = 2;
/** Row in the ledger. */
const LEDGER_ROW = 3;
/** Sum of flags. */
const FLAGS = 4;

/** Index of the first integer that an architecture adds to the rows. */
export const OWN_INTEGERS = 5;
/** Least of the flags that an architecture adds; its others are the powers of two above. */
export const OWN_FLAGS = 4;

const OPEN = 1;
/** It waits in the loop's queue. */
const QUEUED = 2;

/**
 * State of the connections of a loop, one row for each descriptor. A row of four integers has 24 bytes; an object with
 * the same fields takes six times as much. Nothing here allocates, but for `list`.
 */
export class ConnectionRows {
  /** Bound of the descriptors. */
  readonly capacity: number;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  /** Size of a row, in integers and in doubles. */
  readonly #integersEach: number;
  readonly #doublesEach: number;
  /** Bound of the descriptors that were ever used. */
  #touched = 0;

  /** @param ownIntegers number of integers that the architecture adds: odd, so that each row begins with a whole double */
  constructor(capacity: number, ownIntegers: number) {
    this.#integersEach = OWN_INTEGERS + ownIntegers;
    this.#doublesEach = this.#integersEach / 2;
    const memory = new ArrayBuffer(capacity * this.#integersEach * Int32Array.BYTES_PER_ELEMENT);
    this.capacity = capacity;
    this.#integers = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /**
   * Takes over a descriptor below `capacity`.
   *
   * @param ledgerRow its row in the ledger
   */
  open(fd: number, generation: number, ledgerRow: number, nowUs: number): void {
    this.put(fd, GENERATION, generation);
    this.put(fd, LEDGER_ROW, ledgerRow);
    this.put(fd, FLAGS, OPEN);
    this.noteActive(fd, nowUs);
    this.#touched = Math.max(this.#touched, fd + 1);
  }

  /** Forgets a connection; its row in the ledger stays readable. */
  close(fd: number): void {
    this.put(fd, FLAGS, 0);
  }

  /** Returns the descriptors of the open connections. */
  list(): number[] {
    const open = [];
    for (let fd = 0; fd < this.#touched; fd++) {
      if (this.hasFlag(fd, OPEN)) open.push(fd);
    }
    return open;
  }

  /** Returns whether an event concerns the connection that has this descriptor now. */
  has(fd: number, generation: number): boolean {
    return this.hasFlag(fd, OPEN) && this.generation(fd) === generation;
  }

  generation(fd: number): number {
    return this.get(fd, GENERATION);
  }

  ledgerRow(fd: number): number {
    return this.get(fd, LEDGER_ROW);
  }

  lastActiveUs(fd: number): number {
    return this.#doubles[fd * this.#doublesEach + LAST_ACTIVE];
  }

  noteActive(fd: number, nowUs: number): void {
    this.#doubles[fd * this.#doublesEach + LAST_ACTIVE] = nowUs;
  }

  /** Notes that a connection waits in the loop's queue. @returns false when it waits already */
  joinQueue(fd: number): boolean {
    if (this.hasFlag(fd, QUEUED)) return false;
    this.raise(fd, QUEUED);
    return true;
  }

  /** Returns whether the connection still waits in the loop's queue; it then waits no more. */
  leaveQueue(fd: number): boolean {
    const isQueued = this.hasFlag(fd, QUEUED);
    this.clear(fd, QUEUED);
    return isQueued;
  }

  /** Returns the sum of the raised flags. A test of several flags reads them once. */
  flags(fd: number): number {
    return this.get(fd, FLAGS);
  }

  hasFlag(fd: number, flag: number): boolean {
    return (this.flags(fd) & flag) !== 0;
  }

  raise(fd: number, flag: number): void {
    this.#integers[fd * this.#integersEach + FLAGS] |= flag;
  }

  clear(fd: number, flag: number): void {
    this.#integers[fd * this.#integersEach + FLAGS] &= ~flag;
  }

  set(fd: number, flag: number, isSet: boolean): void {
    if (isSet) this.raise(fd, flag);
    else this.clear(fd, flag);
  }

  get(fd: number, field: number): number {
    return this.#integers[fd * this.#integersEach + field];
  }

  put(fd: number, field: number, value: number): void {
    this.#integers[fd * this.#integersEach + field] = value;
  }
}
