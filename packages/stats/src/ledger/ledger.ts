export { ROW_CLOSED } from "./shared-rows.ts";

import { ROW_CLOSED, ROW_FREE, ROW_OPEN, SharedRows, type SharedRowsMemory } from "./shared-rows.ts";

/** Fields of a connection's row. The C header of apps/server-threaded is generated from them. */
export const FIELD = {
  connection: 0,
  openedUs: 1,
  closedUs: 2,
  requests: 3,
  bytesReceived: 4,
  bytesSent: 5,
  /** Calls of recv(2) and of send(2) for this connection. */
  recvCalls: 6,
  sendCalls: 7,
} as const;

/** Doubles per row: eight are one cache line, so two threads never write to the same line. All eight are in use. */
export const FIELDS_PER_ROW = 8;

/** Indexes of the data plane's counters beside the rows. Each counter has one writer. */
export const COUNTER = {
  /** Connections that accept4(2) returned. */
  accepted: 0,
  refused: 1,
  /** Highest number of connections open at one time. */
  peak: 2,
  shortWrites: 3,
  staleEvents: 4,
  /** Calls of accept4(2). */
  acceptCalls: 5,
  /** Calls of epoll_wait(2), poll(2), select(2) or io_uring_enter(2). */
  waitCalls: 6,
  /** Calls of epoll_ctl(2). */
  controlCalls: 7,
  events: 8,
  descriptorsScanned: 9,
  wordsScanned: 10,
} as const;

/** Bound of error numbers on Linux: errno(3). */
const ERRNOS = 256;

/** Size of a peer's address as the kernel writes it, bytes: struct sockaddr_in6. */
export const PEER_BYTES = 28;

/** Memory of a ledger, as plain data that can be posted to a worker. */
export interface LedgerMemory {
  readonly rows: SharedRowsMemory;
  readonly peers: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly acceptErrors: SharedArrayBuffer;
}

/**
 * Account of the server's connections: the data plane writes one row per connection, the control plane reads the rows
 * meanwhile.
 *
 * Neither plane waits for the other. The data plane takes a free row, fills it and closes it. The control plane
 * collects closed rows, writes them to disk and releases them through a single-producer single-consumer ring. When all
 * rows are taken, because the disk is slow, `reserve` returns -1 and the data plane pauses accepting. No row is
 * overwritten.
 */
export class Ledger {
  readonly memory: LedgerMemory;
  readonly rows: SharedRows;
  /** Addresses of the peers; that of row r begins at `r * PEER_BYTES`. */
  readonly peers: Uint8Array;
  /** Failed accepts by error number. */
  readonly acceptErrors: Float64Array;
  readonly #counters: Float64Array;
  readonly #ring: Int32Array;
  #reserved = -1;

  constructor(memory: LedgerMemory) {
    this.memory = memory;
    this.rows = new SharedRows(memory.rows);
    this.peers = new Uint8Array(memory.peers);
    this.acceptErrors = new Float64Array(memory.acceptErrors);
    this.#counters = new Float64Array(memory.counters);
    this.#ring = new Int32Array(memory.ring);
  }

  /**
   * Allocates shared memory for a ledger.
   *
   * @param capacity rows: open connections plus closed ones that are not yet on disk
   */
  static allocate(capacity: number): Ledger {
    return new Ledger({
      rows: SharedRows.allocate(capacity, FIELDS_PER_ROW).memory,
      peers: new SharedArrayBuffer(capacity * PEER_BYTES),
      ring: new SharedArrayBuffer((RING_HEADER + capacity + 1) * Int32Array.BYTES_PER_ELEMENT),
      counters: new SharedArrayBuffer(Object.keys(COUNTER).length * Float64Array.BYTES_PER_ELEMENT),
      acceptErrors: new SharedArrayBuffer(ERRNOS * Float64Array.BYTES_PER_ELEMENT),
    });
  }

  /**
   * Returns a row for the next connection, the same one until `open` uses it: accept4(2) needs a place for the peer's
   * address before it is known whether there is a peer.
   *
   * @returns the row, or -1 when all rows are taken
   */
  reserve(): number {
    if (this.#reserved < 0) this.#reserved = this.#take();
    return this.#reserved;
  }

  /** Opens the reserved row and returns it. The connection's number is the count of accepted connections. */
  open(nowUs: number): number {
    const row = this.#reserved;
    this.#reserved = -1;
    this.rows.clear(row);
    this.rows.set(row, FIELD.connection, this.count(COUNTER.accepted, 1));
    this.rows.set(row, FIELD.openedUs, nowUs);
    this.rows.publish(row, ROW_OPEN);
    return row;
  }

  /**
   * Closes a row, which then belongs to the control plane. The row's state holds the reason, because all fields of the
   * cache line are taken.
   *
   * @param reason index into CLOSE_REASONS
   */
  close(row: number, reason: number, nowUs: number): void {
    this.rows.set(row, FIELD.closedUs, nowUs);
    this.rows.publish(row, ROW_CLOSED + reason);
  }

  /** Returns the index into CLOSE_REASONS for a closed row, a negative number for any other. */
  closeReason(row: number): number {
    return this.rows.state(row) - ROW_CLOSED;
  }

  /** Raises the peak to the number of open connections. */
  noteOpen(open: number): void {
    if (open > this.counter(COUNTER.peak)) this.#counters[COUNTER.peak] = open;
  }

  /**
   * Adds to a counter and returns it.
   *
   * @param counter one of COUNTER
   */
  count(counter: number, by: number): number {
    const value = this.#counters[counter] + by;
    this.#counters[counter] = value;
    return value;
  }

  /** Sets a counter whose value is kept elsewhere. */
  note(counter: number, value: number): void {
    this.#counters[counter] = value;
  }

  /** @param counter one of COUNTER */
  counter(counter: number): number {
    return this.#counters[counter];
  }

  countAcceptError(errno: number): void {
    this.acceptErrors[errno] = this.acceptErrors[errno] + 1;
  }

  /** Bound of the rows that were ever used. */
  get touched(): number {
    return Atomics.load(this.#ring, TOUCHED);
  }

  /** Releases a collected row to the data plane. Control plane only. */
  release(row: number): void {
    this.rows.publish(row, ROW_FREE);
    const tail = Atomics.load(this.#ring, TAIL);
    this.#ring[RING_HEADER + tail] = row;
    Atomics.store(this.#ring, TAIL, this.#next(tail));
  }

  #take(): number {
    const head = Atomics.load(this.#ring, HEAD);
    if (head !== Atomics.load(this.#ring, TAIL)) {
      const row = this.#ring[RING_HEADER + head];
      Atomics.store(this.#ring, HEAD, this.#next(head));
      return row;
    }
    const untouched = this.touched;
    if (untouched === this.rows.capacity) return -1;
    Atomics.store(this.#ring, TOUCHED, untouched + 1);
    return untouched;
  }

  #next(index: number): number {
    return (index + 1) % (this.rows.capacity + 1);
  }
}

// Ring of released rows: the data plane takes at HEAD, the control plane puts at TAIL. It has one slot more than there
// are rows, so that a full ring differs from an empty one.
const HEAD = 0;
const TAIL = 1;
const TOUCHED = 2;
const RING_HEADER = 3;
