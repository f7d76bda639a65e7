import { posix } from "@c10k-lab/posix";
import { countMessages } from "@c10k-lab/protocol/message";
import { COUNTER, FIELD, type Ledger } from "@c10k-lab/stats/ledger";
import { BUFFER_BYTES, READS_PER_TURN } from "../limits.ts";
import { CLOSE_CODE, reasonOfErrno } from "./close-code.ts";
import { ConnectionRows, OWN_FLAGS, OWN_INTEGERS } from "./connection-rows.ts";

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

/** Interest last given to the poller, READABLE or WRITABLE: the only integer that is added to a row. */
const INTEREST = OWN_INTEGERS;
const ADDED_INTEGERS = 1;

/** An echo waits for the client to read. */
const PENDING = OWN_FLAGS;
const FINISHING = OWN_FLAGS << 1;
const HALF_CLOSED = OWN_FLAGS << 2;
const MUST_READ_TO_THE_END = OWN_FLAGS << 3;

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
 */
export class EchoConnections {
  readonly rows: ConnectionRows;
  /** Index into CLOSE_REASONS, valid once `serve` or `finish` has returned CLOSED. */
  closeReason: number = CLOSE_CODE["client-closed"];
  readonly #context: EchoContext;
  readonly #pending = new Map<number, PendingEcho>();

  /** @param capacity bound of the descriptors */
  constructor(context: EchoContext, capacity: number) {
    this.#context = context;
    this.rows = new ConnectionRows(capacity, ADDED_INTEGERS);
  }

  /**
   * Takes over a descriptor below `capacity`.
   *
   * @param row its row in the ledger
   * @param interest the one that the poller was given
   */
  open(fd: number, generation: number, row: number, interest: number, nowUs: number): void {
    this.rows.open(fd, generation, row, nowUs);
    this.noteInterest(fd, interest);
  }

  /** Forgets a connection. The loop closes the descriptor. */
  close(fd: number): void {
    this.#putBack(fd);
    this.rows.close(fd);
  }

  /** Returns the interest last given to the poller. */
  interest(fd: number): number {
    return this.rows.get(fd, INTEREST);
  }

  noteInterest(fd: number, interest: number): void {
    this.rows.put(fd, INTEREST, interest);
  }

  /** Returns whether an echo waits for the client to read. */
  isPending(fd: number): boolean {
    return this.rows.hasFlag(fd, PENDING);
  }

  /** Makes the connection read until EAGAIN once, because a short read does not prove that the socket is drained. */
  readToTheEnd(fd: number): void {
    this.rows.raise(fd, MUST_READ_TO_THE_END);
  }

  /** Sends the pending echo and a FIN, then drops further input until the client closes. */
  finish(fd: number): Need {
    const need = this.serve(fd);
    this.rows.raise(fd, FINISHING);
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
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.recvCalls, 1);
    const received = io.recv(fd, scratch, 0, BUFFER_BYTES);
    if (received === -posix.EAGAIN) {
      this.rows.clear(fd, MUST_READ_TO_THE_END);
      return AWAIT_READABLE;
    }
    if (received === -posix.EINTR) return AWAIT_TURN;
    if (received <= 0) return this.#end(fd, received);
    const need = this.rows.hasFlag(fd, HALF_CLOSED) ? this.#drop(fd, received) : this.#echo(fd, received);
    if (need !== AWAIT_TURN || received === BUFFER_BYTES || this.rows.hasFlag(fd, MUST_READ_TO_THE_END))
      return need;
    return AWAIT_READABLE;
  }

  #echo(fd: number, received: number): Need {
    const { ledger, scratch } = this.#context;
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.requests, countMessages(scratch, received));
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesReceived, received);
    const sent = this.#send(fd, scratch, 0, received);
    if (sent < 0) return this.#end(fd, sent);
    if (sent === received) return AWAIT_TURN;
    const pending = this.#context.spareEchoes.pop() ?? new PendingEcho();
    pending.bytes.set(scratch.subarray(sent, received));
    pending.from = 0;
    pending.to = received - sent;
    this.#pending.set(fd, pending);
    this.rows.raise(fd, PENDING);
    return AWAIT_WRITABLE;
  }

  #flush(fd: number): Need {
    const pending = this.#pending.get(fd) as PendingEcho;
    const sent = this.#send(fd, pending.bytes, pending.from, pending.to - pending.from);
    if (sent < 0) return this.#end(fd, sent);
    pending.from += sent;
    if (pending.from < pending.to) return AWAIT_WRITABLE;
    this.#putBack(fd);
    if (this.rows.hasFlag(fd, FINISHING)) this.#halfClose(fd);
    return AWAIT_TURN;
  }

  /** Returns the bytes sent, 0 when the send buffer is full, or a negative error number. */
  #send(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    const { io, ledger } = this.#context;
    let sent: number;
    do {
      ledger.rows.add(this.rows.ledgerRow(fd), FIELD.sendCalls, 1);
      sent = io.send(fd, buffer, offset, length);
    } while (sent === -posix.EINTR);
    if (sent < 0 && sent !== -posix.EAGAIN) return sent;
    if (sent < length) ledger.count(COUNTER.shortWrites, 1);
    if (sent < 0) return 0;
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesSent, sent);
    return sent;
  }

  #drop(fd: number, received: number): Need {
    this.#context.ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesReceived, received);
    return AWAIT_TURN;
  }

  #halfClose(fd: number): void {
    this.rows.raise(fd, HALF_CLOSED);
    this.#context.io.shutdown(fd, posix.SHUT_WR);
  }

  #end(fd: number, result: number): Need {
    if (result === 0)
      this.closeReason = this.rows.hasFlag(fd, HALF_CLOSED)
        ? CLOSE_CODE.drained
        : CLOSE_CODE["client-closed"];
    else this.closeReason = reasonOfErrno(-result);
    return CLOSED;
  }

  /** Gives the place of the pending echo back, if there is one. */
  #putBack(fd: number): void {
    const pending = this.#pending.get(fd);
    if (pending === undefined) return;
    this.#context.spareEchoes.push(pending);
    this.#pending.delete(fd);
    this.rows.clear(fd, PENDING);
  }
}
