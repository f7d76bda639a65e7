/** A socket's descriptor is in use by the table. */
const OPEN = 1;
/** A connect is in flight. */
export const CONNECTING = 2;
/** A receive is in flight. */
export const RECEIVING = 4;
/** A send with a completion is in flight. */
export const SENDING = 8;
/** A send without a completion was written. It may still wait for room when the connection is closed. */
export const SENDING_QUIETLY = 16;
/** It was closed, and stays open until nothing is in flight. */
export const CLOSING = 32;
/** A send was refused because another one was in flight: its end is an event. */
export const WANTS_ROOM = 64;

export const IN_FLIGHT = CONNECTING | RECEIVING | SENDING;

/** Bits above the flags: the number of bytes that are being sent or, before the first of them, the error number of connect(2). */
const NUMBER_SHIFT = 8;
const FLAG_BITS = (1 << NUMBER_SHIFT) - 1;

/** A row has 12 bytes: three integers. */
const ROW_INTEGERS = 3;
/** Index of its connection in the load. */
const CONNECTION = 0;
const FLAGS = 1;
/** Bytes that are being sent: their offset in the memory of all messages. */
const SEND_OFFSET = 2;

/**
 * Sockets of a load on io_uring, named by their descriptors: a row of 12 bytes each, where an object takes 160. A number is
 * not reused before nothing is in flight on it. Nothing allocates after the constructor.
 */
export class UringSockets {
  /** Bound of the descriptors. */
  readonly capacity: number;
  /** Rows that were never used take no memory: the kernel maps their pages at the first write. */
  readonly #rows: Int32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#rows = new Int32Array(capacity * ROW_INTEGERS);
  }

  /** Takes over a descriptor below `capacity`. */
  open(fd: number): void {
    this.#rows[fd * ROW_INTEGERS + FLAGS] = OPEN;
  }

  forget(fd: number): void {
    this.#rows[fd * ROW_INTEGERS + FLAGS] = 0;
  }

  /** Returns whether the table has this descriptor, also one that was never opened. */
  isOpen(fd: number): boolean {
    return fd >= 0 && fd < this.capacity && this.has(fd, OPEN);
  }

  /** Returns whether a socket has any of these flags. */
  has(fd: number, flags: number): boolean {
    return (this.#rows[fd * ROW_INTEGERS + FLAGS] & flags) !== 0;
  }

  set(fd: number, flag: number): void {
    this.#rows[fd * ROW_INTEGERS + FLAGS] |= flag;
  }

  clear(fd: number, flag: number): void {
    this.#rows[fd * ROW_INTEGERS + FLAGS] &= ~flag;
  }

  connection(fd: number): number {
    return this.#rows[fd * ROW_INTEGERS + CONNECTION];
  }

  setConnection(fd: number, connection: number): void {
    this.#rows[fd * ROW_INTEGERS + CONNECTION] = connection;
  }

  connectErrno(fd: number): number {
    return this.#number(fd);
  }

  setConnectErrno(fd: number, errno: number): void {
    this.#setNumber(fd, errno);
  }

  sendOffset(fd: number): number {
    return this.#rows[fd * ROW_INTEGERS + SEND_OFFSET] >>> 0;
  }

  sendBytes(fd: number): number {
    return this.#number(fd);
  }

  /** @param bytes below 2^24 */
  setSend(fd: number, offset: number, bytes: number): void {
    this.#rows[fd * ROW_INTEGERS + SEND_OFFSET] = offset;
    this.#setNumber(fd, bytes);
  }

  #number(fd: number): number {
    return this.#rows[fd * ROW_INTEGERS + FLAGS] >>> NUMBER_SHIFT;
  }

  #setNumber(fd: number, number: number): void {
    const at = fd * ROW_INTEGERS + FLAGS;
    this.#rows[at] = (this.#rows[at] & FLAG_BITS) | (number << NUMBER_SHIFT);
  }
}
