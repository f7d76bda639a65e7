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

/** State that all connections of a loop share, which keeps each connection small. */
export interface EchoContext {
  readonly io: SocketIo;
  readonly ledger: Ledger;
  readonly scratch: Buffer;
  /** Free buffers of BUFFER_BYTES each. A connection holds one only while its echo is pending. */
  readonly spareBuffers: Uint8Array[];
}

/**
 * Non-blocking connection that sends back the bytes it receives.
 *
 *     reading ──short send──▶ pending ──all sent──▶ reading ──FIN received──▶ closed
 *        └───────────── asked to finish ─────────────▶ half-closed ──FIN received──▶ closed
 *
 * Back-pressure: it does not read while an echo is pending, so a client that does not read costs one buffer. It
 * therefore reads a FIN only after all earlier bytes were echoed. Half-closed: the server's FIN is sent, and later
 * bytes of the client are read and dropped, because close(2) with unread input resets the connection and may destroy
 * echoes that are still in flight (RFC 1122, 4.2.2.13).
 */
export class EchoConnection {
  readonly fd: number;
  readonly generation: number;
  /** Row in the ledger. */
  readonly row: number;
  /** Start of the connection's last turn, µs on CLOCK_MONOTONIC. */
  lastActiveUs: number;
  /** Index into CLOSE_REASONS, valid once `serve` has returned CLOSED. */
  closeReason: number = CLOSE_CODE["client-closed"];
  /** Interest last given to the poller: READABLE or WRITABLE. */
  interest: number;
  /** True when the loop will serve it again without waiting. */
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

  /** An echo waits for the client to read. */
  get isPending(): boolean {
    return this.#pending !== null;
  }

  /** Makes the connection read until EAGAIN once, because a short read does not prove that the socket is drained. */
  readToTheEnd(): void {
    this.#mustReadToTheEnd = true;
  }

  /** Sends the pending echo and a FIN, then drops further input until the client closes. */
  finish(): Need {
    const need = this.serve();
    this.#isFinishing = true;
    if (need === CLOSED || this.#pending) return need;
    this.#halfClose();
    return AWAIT_TURN;
  }

  /**
   * Echoes until the socket is drained, an echo is pending, or the turn is over. It runs once per event, so it neither
   * allocates nor throws.
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

  /** Gives the pending buffer back. The loop closes the descriptor. */
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

  /** Returns the bytes sent, 0 when the send buffer is full, or a negative error number. */
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
    else this.closeReason = reasonOfErrno(-result);
    return CLOSED;
  }
}
