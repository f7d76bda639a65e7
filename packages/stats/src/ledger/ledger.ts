export { ROW_CLOSED } from "./shared-rows.ts";

import { ROW_CLOSED, ROW_FREE, ROW_OPEN, SharedRows, type SharedRowsMemory } from "./shared-rows.ts";

/** Fields of a connection's row. native/connection-thread.c counts in the same row: keep its header in step. */
export const FIELD = {
  connection: 0,
  openedUs: 1,
  closedUs: 2,
  requests: 3,
  bytesReceived: 4,
  bytesSent: 5,
  /** recv(2) and send(2) calls made for this connection. */
  recvCalls: 6,
  sendCalls: 7,
} as const;

/** Eight doubles are one cache line: two threads never write to the same one. All eight are in use. */
export const FIELDS_PER_ROW = 8;

/** What the data plane counts beside the rows: indices of its counters, each with one writer. */
export const COUNTER = {
  /** Connections accept4(2) returned. */
  accepted: 0,
  refused: 1,
  /** Most connections open at one time. */
  peak: 2,
  shortWrites: 3,
  staleEvents: 4,
  /** accept4(2) calls. */
  acceptCalls: 5,
  /** epoll_wait(2) or select(2) calls. */
  waitCalls: 6,
  /** epoll_ctl(2) calls. */
  controlCalls: 7,
  events: 8,
  descriptorsScanned: 9,
  wordsScanned: 10,
} as const;

/** Error numbers stay below this on Linux: errno(3). */
const ERRNOS = 256;

/** Room for a peer's address as the kernel writes it, in bytes. */
export const PEER_BYTES = 28;

/** Where a ledger's memory lies: plain data, to be handed to a worker. */
export interface LedgerMemory {
  readonly rows: SharedRowsMemory;
  readonly peers: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly acceptErrors: SharedArrayBuffer;
}

/**
 * The server's books: a row for each connection, written by the data plane, read by the control plane while it runs.
 *
 * The two never wait for each other. The data plane takes a free row, fills it, closes it; the control plane collects
 * closed rows, writes them to disk and releases them through a single-producer single-consumer ring. When every row is
 * taken (the disk stands still) `reserve` says so and the data plane pauses accepting: nothing is overwritten.
 */
export class Ledger {
  readonly memory: LedgerMemory;
  readonly rows: SharedRows;
  /** Row r's peer is at `peers[r * PEER_BYTES]`. */
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

  /** @param capacity rows: connections open at once plus closed ones not yet on disk */
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
   * A row for the next connection, the same one until `open` uses it: accept4(2) wants a place for the peer's address
   * before it is known whether there is a peer.
   *
   * @returns -1 when all rows are taken
   */
  reserve(): number {
    if (this.#reserved < 0) this.#reserved = this.#take();
    return this.#reserved;
  }

  /** Starts the reserved row. The connection's number is the count of connections accepted so far. */
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
   * Ends a row: from here on it belongs to the control plane. The state says why, too, so that the row has room for
   * what changes with every message.
   *
   * @param reason index into CLOSE_REASONS
   */
  close(row: number, reason: number, nowUs: number): void {
    this.rows.set(row, FIELD.closedUs, nowUs);
    this.rows.publish(row, ROW_CLOSED + reason);
  }

  /** Index into CLOSE_REASONS of a closed row; negative of any other. */
  closeReason(row: number): number {
    return this.rows.state(row) - ROW_CLOSED;
  }

  /** Notes how many connections are open: the peak is kept. */
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

  /** Sets a counter that is kept elsewhere. */
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

  /** Rows ever used are those below this one. */
  get touched(): number {
    return Atomics.load(this.#ring, TOUCHED);
  }

  /** Gives a collected row back to the data plane. Control plane only. */
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

// The ring of released rows: the data plane takes at HEAD, the control plane puts at TAIL. One slot more than there are
// rows, so that a full ring differs from an empty one.
const HEAD = 0;
const TAIL = 1;
const TOUCHED = 2;
const RING_HEADER = 3;
