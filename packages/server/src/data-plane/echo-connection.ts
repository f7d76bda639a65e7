import { posix } from "@c10k-lab/posix";
import { countMessages } from "@c10k-lab/protocol/message";
import { COUNTER, FIELD, type Ledger } from "@c10k-lab/stats/ledger";
import { BUFFER_BYTES, READS_PER_TURN } from "../limits.ts";
import { CLOSE_CODE } from "./close-code.ts";

/** The two calls a connection lives on; tests play scripts of results instead. */
export interface SocketIo {
  recv(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  send(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  shutdown(fd: number, how: number): number;
}

/** What a connection needs next. */
export const AWAIT_READABLE = 0;
export const AWAIT_WRITABLE = 1;
/** Its turn is over, but it may have more to read: come back without waiting. */
export const AWAIT_TURN = 2;
export const CLOSED = 3;
export type Need = typeof AWAIT_READABLE | typeof AWAIT_WRITABLE | typeof AWAIT_TURN | typeof CLOSED;

/** What connections of one loop share, so that a connection is small. */
export interface EchoContext {
  readonly io: SocketIo;
  readonly ledger: Ledger;
  readonly scratch: Buffer;
  /** Buffers not in use, each BUFFER_BYTES: a connection has one only while its echo is pending. */
  readonly spareBuffers: Uint8Array[];
}

/**
 * A non-blocking connection that sends back what it receives.
 *
 *     reading ──short send──▶ pending ──all sent──▶ reading ──FIN received──▶ closed
 *        └───────────── asked to finish ─────────────▶ half-closed ──FIN received──▶ closed
 *
 * Back-pressure: while an echo is pending nothing is read, so a client that does not read costs one buffer. A FIN is
 * therefore only ever seen when everything before it has been echoed. Half-closed means our FIN is sent: what the client
 * still sends is read and dropped, because closing with unread input would reset the connection and could take echoes
 * from the client that are already under way (RFC 1122, 4.2.2.13).
 */
export class EchoConnection {
  readonly fd: number;
  readonly generation: number;
  /** Row in the ledger. */
  readonly row: number;
  lastActiveUs: number;
  /** Index into CLOSE_REASONS, once `serve` has returned CLOSED. */
  closeReason: number = CLOSE_CODE["client-closed"];
  /** What the poller was last told to watch for. */
  interest: number;
  isQueued = false;
  readonly #context: EchoContext;
  #pending: Uint8Array | null = null;
  #pendingFrom = 0;
  #pendingTo = 0;
  #isFinishing = false;
  #isHalfClosed = false;
  #mustReadToTheEnd = false;

  constructor(
    context: EchoContext,
    fd: number,
    generation: number,
    row: number,
    interest: number,
    nowUs: number,
  ) {
    this.#context = context;
    this.fd = fd;
    this.generation = generation;
    this.row = row;
    this.interest = interest;
    this.lastActiveUs = nowUs;
  }

  /** A short read is no proof that all is read: read until the kernel says so. */
  readToTheEnd(): void {
    this.#mustReadToTheEnd = true;
  }

  /** Sends what is pending, then FIN; from then on drops what comes until the client closes. */
  finish(): Need {
    const need = this.serve();
    this.#isFinishing = true;
    if (need === CLOSED || this.#pending) return need;
    this.#halfClose();
    return AWAIT_TURN;
  }

  /**
   * Echoes until the socket is drained, an echo is stuck, or the turn is over. Runs once an event: no allocation, no
   * exceptions.
   */
  serve(): Need {
    if (this.#pending) {
      const need = this.#flush();
      if (need !== AWAIT_TURN) return need;
    }
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      const need = this.#receive();
      if (need !== AWAIT_TURN) return need;
    }
    return AWAIT_TURN;
  }

  /** Gives the pending buffer back; the descriptor is the loop's to close. */
  dispose(): void {
    if (this.#pending) this.#context.spareBuffers.push(this.#pending);
    this.#pending = null;
  }

  #receive(): Need {
    const { io, ledger, scratch } = this.#context;
    ledger.rows.add(this.row, FIELD.recvCalls, 1);
    const received = io.recv(this.fd, scratch, 0, BUFFER_BYTES);
    if (received === -posix.EAGAIN) {
      this.#mustReadToTheEnd = false;
      return AWAIT_READABLE;
    }
    if (received === -posix.EINTR) return AWAIT_TURN;
    if (received <= 0) return this.#close(received);
    const need = this.#isHalfClosed ? this.#drop(received) : this.#echo(received);
    if (need !== AWAIT_TURN || received === BUFFER_BYTES || this.#mustReadToTheEnd) return need;
    return AWAIT_READABLE;
  }

  #echo(received: number): Need {
    const { ledger, scratch } = this.#context;
    ledger.rows.add(this.row, FIELD.requests, countMessages(scratch, received));
    ledger.rows.add(this.row, FIELD.bytesReceived, received);
    const sent = this.#send(scratch, 0, received);
    if (sent < 0) return this.#close(sent);
    if (sent === received) return AWAIT_TURN;
    const pending = this.#context.spareBuffers.pop() ?? new Uint8Array(BUFFER_BYTES);
    pending.set(scratch.subarray(sent, received));
    this.#pending = pending;
    this.#pendingFrom = 0;
    this.#pendingTo = received - sent;
    return AWAIT_WRITABLE;
  }

  #flush(): Need {
    const pending = this.#pending as Uint8Array;
    const sent = this.#send(pending, this.#pendingFrom, this.#pendingTo - this.#pendingFrom);
    if (sent < 0) return this.#close(sent);
    this.#pendingFrom += sent;
    if (this.#pendingFrom < this.#pendingTo) return AWAIT_WRITABLE;
    this.dispose();
    if (this.#isFinishing) this.#halfClose();
    return AWAIT_TURN;
  }

  /** Bytes sent, 0 when the socket takes none now, or a negative error number. */
  #send(buffer: Uint8Array, offset: number, length: number): number {
    const { io, ledger } = this.#context;
    let sent: number;
    do {
      ledger.rows.add(this.row, FIELD.sendCalls, 1);
      sent = io.send(this.fd, buffer, offset, length);
    } while (sent === -posix.EINTR);
    if (sent < 0 && sent !== -posix.EAGAIN) return sent;
    if (sent < length) ledger.count(COUNTER.shortWrites, 1);
    if (sent < 0) return 0;
    ledger.rows.add(this.row, FIELD.bytesSent, sent);
    return sent;
  }

  #drop(received: number): Need {
    this.#context.ledger.rows.add(this.row, FIELD.bytesReceived, received);
    return AWAIT_TURN;
  }

  #halfClose(): void {
    this.#isHalfClosed = true;
    this.#context.io.shutdown(this.fd, posix.SHUT_WR);
  }

  #close(result: number): Need {
    if (result === 0)
      this.closeReason = this.#isHalfClosed ? CLOSE_CODE.drained : CLOSE_CODE["client-closed"];
    else if (result === -posix.ECONNRESET || result === -posix.EPIPE) this.closeReason = CLOSE_CODE.reset;
    else this.closeReason = CLOSE_CODE.error;
    return CLOSED;
  }
}
