import { posix } from "@c10k-lab/posix";
import { countMessages } from "@c10k-lab/protocol/message";
import { COUNTER, FIELD, type Ledger } from "@c10k-lab/stats/ledger";
import { BUFFER_BYTES, READS_PER_TURN } from "../limits.ts";
import { CLOSE_CODE, reasonOfErrno } from "./close-code.ts";

/** System calls that a connection makes. Tests replace them by scripts of results. */
export interface SocketIo {
  recv(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  send(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  shutdown(fd: number, how: number): number;
}

/** Needs of a connection after its turn. */
export const AWAIT_READABLE = 0;
export const AWAIT_WRITABLE = 1;
/** The turn is over but the socket may hold more data: serve it again without waiting. */
export const AWAIT_TURN = 2;
export const CLOSED = 3;
export type Need = typeof AWAIT_READABLE | typeof AWAIT_WRITABLE | typeof AWAIT_TURN | typeof CLOSED;

/** State that all connections of a loop share. */
export interface EchoContext {
  readonly io: SocketIo;
  readonly ledger: Ledger;
  readonly scratch: Buffer;
  /** Places for pending echoes that no connection holds. */
  readonly spareEchoes: PendingEcho[];
}

/** Bytes that a connection could not send yet. */
export class PendingEcho {
  readonly bytes = new Uint8Array(BUFFER_BYTES);
  from = 0;
  to = 0;
}

// A connection's row has 24 bytes: one double, then four integers.
const ROW_BYTES = 24;
const DOUBLES = ROW_BYTES / Float64Array.BYTES_PER_ELEMENT;
const INTEGERS = ROW_BYTES / Int32Array.BYTES_PER_ELEMENT;
/** Start of the connection's last turn, µs on CLOCK_MONOTONIC: the double. */
const LAST_ACTIVE = 0;
const GENERATION = 2;
/** Row in the ledger. */
const LEDGER_ROW = 3;
/** Sum of flags. */
const FLAGS = 4;
/** Interest last given to the poller: READABLE or WRITABLE. */
const INTEREST = 5;

const OPEN = 1;
/** The loop will serve it again without waiting. */
const QUEUED = 2;
/** An echo waits for the client to read. */
const PENDING = 4;
const FINISHING = 8;
const HALF_CLOSED = 16;
const MUST_READ_TO_THE_END = 32;

/**
 * Non-blocking connections, named by their descriptors, that send back the bytes they receive.
 *
 *     reading ──short send──▶ pending ──all sent──▶ reading ──FIN received──▶ closed
 *        └───────────── asked to finish ─────────────▶ half-closed ──FIN received──▶ closed
 *
 * Back-pressure: a connection does not read while an echo is pending, so a client that does not read costs one buffer. It
 * therefore reads a FIN only after all earlier bytes were echoed. Half-closed: the server's FIN is sent, and later
 * bytes of the client are read and dropped, because close(2) with unread input resets the connection and may destroy
 * echoes that are still in flight (RFC 1122, 4.2.2.13).
 *
 * A connection is a row of 24 bytes in an array; an object with the same fields takes six times as much.
 */
export class EchoConnections {
  /** Bound of the descriptors. */
  readonly capacity: number;
  /** Index into CLOSE_REASONS, valid once `serve` or `finish` has returned CLOSED. */
  closeReason: number = CLOSE_CODE["client-closed"];
  readonly #context: EchoContext;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #pending = new Map<number, PendingEcho>();
  /** Bound of the descriptors that were ever used. */
  #touched = 0;

  constructor(context: EchoContext, capacity: number) {
    const memory = new ArrayBuffer(capacity * ROW_BYTES);
    this.capacity = capacity;
    this.#context = context;
    this.#integers = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /**
   * Takes over a descriptor below `capacity`.
   *
   * @param row its row in the ledger
   * @param interest the one that the poller was given
   */
  open(fd: number, generation: number, row: number, interest: number, nowUs: number): void {
    this.#integers[fd * INTEGERS + GENERATION] = generation;
    this.#integers[fd * INTEGERS + LEDGER_ROW] = row;
    this.#integers[fd * INTEGERS + FLAGS] = OPEN;
    this.#integers[fd * INTEGERS + INTEREST] = interest;
    this.#doubles[fd * DOUBLES + LAST_ACTIVE] = nowUs;
    this.#touched = Math.max(this.#touched, fd + 1);
  }

  /** Forgets a connection. The loop closes the descriptor. */
  close(fd: number): void {
    this.#putBack(fd);
    this.#integers[fd * INTEGERS + FLAGS] = 0;
  }

  /** Returns the descriptors of the open connections. */
  list(): number[] {
    const open = [];
    for (let fd = 0; fd < this.#touched; fd++) {
      if (this.#has(fd, OPEN)) open.push(fd);
    }
    return open;
  }

  /** Returns whether an event concerns the connection that has this descriptor now. */
  has(fd: number, generation: number): boolean {
    return this.#has(fd, OPEN) && this.generation(fd) === generation;
  }

  generation(fd: number): number {
    return this.#integers[fd * INTEGERS + GENERATION];
  }

  /** Returns the row in the ledger. */
  row(fd: number): number {
    return this.#integers[fd * INTEGERS + LEDGER_ROW];
  }

  /** Returns the interest last given to the poller. */
  interest(fd: number): number {
    return this.#integers[fd * INTEGERS + INTEREST];
  }

  noteInterest(fd: number, interest: number): void {
    this.#integers[fd * INTEGERS + INTEREST] = interest;
  }

  lastActiveUs(fd: number): number {
    return this.#doubles[fd * DOUBLES + LAST_ACTIVE];
  }

  noteActive(fd: number, nowUs: number): void {
    this.#doubles[fd * DOUBLES + LAST_ACTIVE] = nowUs;
  }

  /** Returns whether an echo waits for the client to read. */
  isPending(fd: number): boolean {
    return this.#has(fd, PENDING);
  }

  /** Notes that the loop will serve a connection again. @returns false when it was noted already */
  joinQueue(fd: number): boolean {
    if (this.#has(fd, QUEUED)) return false;
    this.#raise(fd, QUEUED);
    return true;
  }

  /** Returns whether the connection still waits to be served again; it then waits no more. */
  leaveQueue(fd: number): boolean {
    const isQueued = this.#has(fd, QUEUED);
    this.#clear(fd, QUEUED);
    return isQueued;
  }

  /** Makes the connection read until EAGAIN once, because a short read does not prove that the socket is drained. */
  readToTheEnd(fd: number): void {
    this.#raise(fd, MUST_READ_TO_THE_END);
  }

  /** Sends the pending echo and a FIN, then drops further input until the client closes. */
  finish(fd: number): Need {
    const need = this.serve(fd);
    this.#raise(fd, FINISHING);
    if (need === CLOSED || this.isPending(fd)) return need;
    this.#halfClose(fd);
    return AWAIT_TURN;
  }

  /**
   * Echoes until the socket is drained, an echo is pending, or the turn is over. It runs once per event, so it neither
   * allocates nor throws.
   */
  serve(fd: number): Need {
    if (this.isPending(fd)) {
      const need = this.#flush(fd);
      if (need !== AWAIT_TURN) return need;
    }
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      const need = this.#receive(fd);
      if (need !== AWAIT_TURN) return need;
    }
    return AWAIT_TURN;
  }

  #receive(fd: number): Need {
    const { io, ledger, scratch } = this.#context;
    ledger.rows.add(this.row(fd), FIELD.recvCalls, 1);
    const received = io.recv(fd, scratch, 0, BUFFER_BYTES);
    if (received === -posix.EAGAIN) {
      this.#clear(fd, MUST_READ_TO_THE_END);
      return AWAIT_READABLE;
    }
    if (received === -posix.EINTR) return AWAIT_TURN;
    if (received <= 0) return this.#end(fd, received);
    const need = this.#has(fd, HALF_CLOSED) ? this.#drop(fd, received) : this.#echo(fd, received);
    if (need !== AWAIT_TURN || received === BUFFER_BYTES || this.#has(fd, MUST_READ_TO_THE_END)) return need;
    return AWAIT_READABLE;
  }

  #echo(fd: number, received: number): Need {
    const { ledger, scratch } = this.#context;
    ledger.rows.add(this.row(fd), FIELD.requests, countMessages(scratch, received));
    ledger.rows.add(this.row(fd), FIELD.bytesReceived, received);
    const sent = this.#send(fd, scratch, 0, received);
    if (sent < 0) return this.#end(fd, sent);
    if (sent === received) return AWAIT_TURN;
    const pending = this.#context.spareEchoes.pop() ?? new PendingEcho();
    pending.bytes.set(scratch.subarray(sent, received));
    pending.from = 0;
    pending.to = received - sent;
    this.#pending.set(fd, pending);
    this.#raise(fd, PENDING);
    return AWAIT_WRITABLE;
  }

  #flush(fd: number): Need {
    const pending = this.#pending.get(fd) as PendingEcho;
    const sent = this.#send(fd, pending.bytes, pending.from, pending.to - pending.from);
    if (sent < 0) return this.#end(fd, sent);
    pending.from += sent;
    if (pending.from < pending.to) return AWAIT_WRITABLE;
    this.#putBack(fd);
    if (this.#has(fd, FINISHING)) this.#halfClose(fd);
    return AWAIT_TURN;
  }

  /** Returns the bytes sent, 0 when the send buffer is full, or a negative error number. */
  #send(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    const { io, ledger } = this.#context;
    let sent: number;
    do {
      ledger.rows.add(this.row(fd), FIELD.sendCalls, 1);
      sent = io.send(fd, buffer, offset, length);
    } while (sent === -posix.EINTR);
    if (sent < 0 && sent !== -posix.EAGAIN) return sent;
    if (sent < length) ledger.count(COUNTER.shortWrites, 1);
    if (sent < 0) return 0;
    ledger.rows.add(this.row(fd), FIELD.bytesSent, sent);
    return sent;
  }

  #drop(fd: number, received: number): Need {
    this.#context.ledger.rows.add(this.row(fd), FIELD.bytesReceived, received);
    return AWAIT_TURN;
  }

  #halfClose(fd: number): void {
    this.#raise(fd, HALF_CLOSED);
    this.#context.io.shutdown(fd, posix.SHUT_WR);
  }

  #end(fd: number, result: number): Need {
    if (result === 0)
      this.closeReason = this.#has(fd, HALF_CLOSED) ? CLOSE_CODE.drained : CLOSE_CODE["client-closed"];
    else this.closeReason = reasonOfErrno(-result);
    return CLOSED;
  }

  /** Gives the place of the pending echo back, if there is one. */
  #putBack(fd: number): void {
    const pending = this.#pending.get(fd);
    if (pending === undefined) return;
    this.#context.spareEchoes.push(pending);
    this.#pending.delete(fd);
    this.#clear(fd, PENDING);
  }

  #has(fd: number, flag: number): boolean {
    return (this.#integers[fd * INTEGERS + FLAGS] & flag) !== 0;
  }

  #raise(fd: number, flag: number): void {
    this.#integers[fd * INTEGERS + FLAGS] |= flag;
  }

  #clear(fd: number, flag: number): void {
    this.#integers[fd * INTEGERS + FLAGS] &= ~flag;
  }
}
