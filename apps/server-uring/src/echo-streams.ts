import { posix } from "@c10k-lab/posix";
import { countMessages } from "@c10k-lab/protocol/message";
import {
  BUFFER_BYTES,
  CLOSE_CODE,
  ConnectionRows,
  OWN_FLAGS,
  OWN_INTEGERS,
  reasonOfErrno,
} from "@c10k-lab/server/data-plane";
import { COUNTER, FIELD, type Ledger } from "@c10k-lab/stats/ledger";
import type { BufferRing, Ring, Slots } from "@c10k-lab/uring";
import { Backlog } from "./backlog.ts";
import { CANCEL, encode, RECEIVE, SEND } from "./operation.ts";

/** Resources that all connections of a loop share. */
export interface StreamContext {
  readonly ring: Ring;
  /** Buffers of multishot receives. They are small, because one such receive may fill dozens before the loop sees it. */
  readonly smallBuffers: BufferRing;
  /** Buffers of single receives: BUFFER_BYTES each. */
  readonly largeBuffers: BufferRing;
  readonly slots: Slots;
  readonly ledger: Ledger;
  /** Time of the last entry into the kernel, µs on CLOCK_MONOTONIC: in an array, because a number passed on is allocated. */
  readonly nowUs: Float64Array;
}

/** Number of operations that one call of `write` may write. */
export const MOST_OPERATIONS = 2;

const NONE = -1;

/** Integers that are added to a row. */
const CLOSE_REASON = OWN_INTEGERS;
/** Receive buffer of the present send, whether in flight or not yet written; NONE for the backlog. */
const BUFFER = OWN_INTEGERS + 1;
const BUFFER_LENGTH = OWN_INTEGERS + 2;
const ADDED_INTEGERS = 3;

/** A send without a completion was written: after the entry into the kernel it is done, unless one came. */
const UNCONFIRMED = OWN_FLAGS;
/** The loop counts it among the connections with a pending echo. */
const COUNTED_PENDING = OWN_FLAGS << 1;
/** It closes as soon as nothing is in flight. */
const CLOSING = OWN_FLAGS << 2;
const RECEIVING = OWN_FLAGS << 3;
const MULTISHOT = OWN_FLAGS << 4;
const RECEIVE_CANCELLED = OWN_FLAGS << 5;
/** The last receive filled a small buffer or more: the next one is single, into a large buffer. */
const BULK = OWN_FLAGS << 6;
/** The client's FIN was received. */
const ENDED = OWN_FLAGS << 7;
/** A send is in flight. */
const SENDING = OWN_FLAGS << 8;
const SEND_CANCELLED = OWN_FLAGS << 9;
const FINISHING = OWN_FLAGS << 10;
const HALF_CLOSED = OWN_FLAGS << 11;
/** The receive buffer is a large one: it is given back to their ring. */
const LARGE_BUFFER = OWN_FLAGS << 12;
/** It has had a backlog. */
const HAS_BACKLOG = OWN_FLAGS << 13;

/**
 * Connections, named by their descriptors, that send back the bytes they receive, by completions. At most one receive and one
 * send of a connection are in flight.
 *
 * Ownership of memory, step by step:
 * 1. The kernel picks a receive buffer and names it in a completion: it is the connection's.
 * 2. An echo is sent from that buffer with MSG_DONTWAIT, so it completes in the same entry into the kernel. Then the buffer
 *    is recycled. A slow reader therefore never holds a buffer that others need.
 * 3. Bytes that were not sent, or came while a send was in flight, are copied into the backlog, and the buffer is
 *    recycled. The backlog is sent without MSG_DONTWAIT: the kernel waits for space, and completes the send.
 * 4. A slot of the backlog is given back after the completion of the last send from it.
 * 5. The descriptor is closed after the completions of everything in flight, so its number is not reused before.
 *
 * Back-pressure: while the backlog holds a buffer's worth, the receive is cancelled. A connection that fills a small
 * buffer receives one large buffer at a time instead of many small ones (multishot).
 */
export class EchoStreams {
  readonly rows: ConnectionRows;
  readonly #context: StreamContext;
  readonly #backlogs = new Map<number, Backlog>();

  /** @param capacity bound of the descriptors */
  constructor(context: StreamContext, capacity: number) {
    this.#context = context;
    this.rows = new ConnectionRows(capacity, ADDED_INTEGERS);
  }

  /**
   * Takes over a descriptor below `capacity`.
   *
   * @param row its row in the ledger
   */
  open(fd: number, generation: number, row: number): void {
    this.rows.open(fd, generation, row, this.#context.nowUs[0]);
    this.rows.put(fd, CLOSE_REASON, CLOSE_CODE["client-closed"]);
    this.rows.put(fd, BUFFER, NONE);
  }

  /** Forgets a connection, of which nothing is in flight, and gives its memory back. */
  forget(fd: number): void {
    this.#backlogs.get(fd)?.clear();
    this.#backlogs.delete(fd);
    this.rows.close(fd);
  }

  closeReason(fd: number): number {
    return this.rows.get(fd, CLOSE_REASON);
  }

  isUnconfirmed(fd: number): boolean {
    return this.rows.hasFlag(fd, UNCONFIRMED);
  }

  /** Notes whether the loop counts the connection as pending. @returns false when that was noted already */
  countPending(fd: number, isPending: boolean): boolean {
    if (this.rows.hasFlag(fd, COUNTED_PENDING) === isPending) return false;
    this.rows.set(fd, COUNTED_PENDING, isPending);
    return true;
  }

  /** Returns whether nothing is in flight and nothing remains to be sent: the loop may close the descriptor. */
  isOver(fd: number): boolean {
    const flags = this.rows.flags(fd);
    if ((flags & (RECEIVING | SENDING)) !== 0) return false;
    return (flags & CLOSING) !== 0 || ((flags & ENDED) !== 0 && !this.#hasEcho(fd));
  }

  /** Returns whether `write` would write an operation. */
  hasWork(fd: number): boolean {
    const flags = this.rows.flags(fd);
    return (
      this.#wantsSend(fd, flags) ||
      this.#wantsReceive(fd, flags) ||
      this.#mustCancelReceive(fd, flags) ||
      mustCancelSend(flags)
    );
  }

  /** Returns whether the connection has a receive buffer, which others may wait for. */
  holdsBuffer(fd: number): boolean {
    return this.#buffer(fd) !== NONE;
  }

  /** Writes the operations that it needs now. The caller has checked the ring's space. */
  write(fd: number): void {
    const { ring } = this.#context;
    const generation = this.rows.generation(fd);
    const flags = this.rows.flags(fd);
    if (this.#mustCancelReceive(fd, flags)) {
      this.rows.raise(fd, RECEIVE_CANCELLED);
      ring.cancel(fd, encode(RECEIVE, generation), fd, encode(CANCEL, generation));
    } else if (this.#wantsReceive(fd, flags)) {
      this.rows.raise(fd, RECEIVING);
      this.rows.set(fd, MULTISHOT, ring.isDeferred && !this.rows.hasFlag(fd, BULK));
      ring.receive(
        fd,
        this.#receiveBuffers(fd).group,
        this.rows.hasFlag(fd, MULTISHOT),
        fd,
        encode(RECEIVE, generation),
      );
    }
    if (mustCancelSend(flags)) {
      this.rows.raise(fd, SEND_CANCELLED);
      ring.cancel(fd, encode(SEND, generation), fd, encode(CANCEL, generation));
    } else if (this.#wantsSend(fd, flags)) {
      this.rows.raise(fd, SENDING);
      const high = encode(SEND, generation);
      if (this.#buffer(fd) === NONE)
        ring.send(fd, this.#backlog(fd).address, this.#backlog(fd).length, 0, fd, high);
      else this.#sendBuffer(fd, high);
    }
  }

  /**
   * Sends the receive buffer within the next entry into the kernel. Where nothing is to follow, only a send that took less
   * has a completion, so that the entry waits for the next bytes. Kernels before 6.1, whose ring is not deferred, do not say
   * how much such a send took.
   */
  #sendBuffer(fd: number, high: number): void {
    const { ring } = this.#context;
    const address = this.#source(fd).address(this.#buffer(fd), 0);
    const isLast = !this.rows.hasFlag(fd, ENDED | FINISHING) && this.#backlogBytes(fd) === 0;
    if (ring.isDeferred && isLast) {
      this.rows.raise(fd, UNCONFIRMED);
      // Counted now: the next completion, which confirms it, may be a long time away.
      this.#context.ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesSent, this.#bufferLength(fd));
      ring.sendQuietly(fd, address, this.#bufferLength(fd), posix.MSG_DONTWAIT, fd, high);
    } else ring.send(fd, address, this.#bufferLength(fd), posix.MSG_DONTWAIT, fd, high);
  }

  /** Handles the send of which no completion came: the kernel has taken all bytes. */
  confirm(fd: number): void {
    this.sent(fd, this.#bufferLength(fd));
  }

  /** Handles the completion of a receive. */
  received(fd: number, result: number, flags: number): void {
    if ((flags & posix.IORING_CQE_F_MORE) === 0) {
      this.rows.clear(fd, RECEIVING | RECEIVE_CANCELLED);
    }
    if (result > 0) {
      this.#noteActive(fd);
      this.#take(fd, flags >>> posix.IORING_CQE_BUFFER_SHIFT, result);
    } else if ((flags & posix.IORING_CQE_F_BUFFER) !== 0) {
      this.#receiveBuffers(fd).recycle(flags >>> posix.IORING_CQE_BUFFER_SHIFT);
    }
    if (result === 0) {
      this.rows.raise(fd, ENDED);
      if (this.rows.hasFlag(fd, HALF_CLOSED) && !this.rows.hasFlag(fd, CLOSING))
        this.rows.put(fd, CLOSE_REASON, CLOSE_CODE.drained);
    } else if (result < 0) this.#handleError(fd, result);
  }

  /** Handles the completion of a send. */
  sent(fd: number, result: number): void {
    const counted = this.rows.hasFlag(fd, UNCONFIRMED) ? this.#bufferLength(fd) : 0;
    const length = this.#buffer(fd) === NONE ? this.#backlog(fd).length : this.#bufferLength(fd);
    this.rows.clear(fd, UNCONFIRMED | SENDING | SEND_CANCELLED);
    if (result < 0) this.#handleError(fd, result);
    const sent = Math.max(0, result);
    const { ledger } = this.#context;
    if (sent > 0) this.#noteActive(fd);
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesSent, sent - counted);
    if (sent < length) ledger.count(COUNTER.shortWrites, 1);
    if (this.#buffer(fd) === NONE) {
      this.#backlog(fd).advance(sent);
    } else {
      const source = this.#source(fd);
      if (sent < length && !this.rows.hasFlag(fd, CLOSING))
        this.#backlog(fd).prepend(source.view(this.#buffer(fd)), sent, length);
      source.recycle(this.#buffer(fd));
      this.rows.put(fd, BUFFER, NONE);
    }
    if (this.rows.hasFlag(fd, FINISHING)) this.#halfCloseIfSent(fd);
  }

  /** Sends what is left and a FIN, then drops further input until the client closes. */
  finish(fd: number): void {
    this.rows.raise(fd, FINISHING);
    this.#halfCloseIfSent(fd);
  }

  /** Cancels what is in flight. Once `isOver`, the loop closes the descriptor with this reason. */
  close(fd: number, reason: number): void {
    if (this.rows.hasFlag(fd, CLOSING)) return;
    this.rows.raise(fd, CLOSING);
    this.rows.put(fd, CLOSE_REASON, reason);
    if (this.#buffer(fd) === NONE || this.rows.hasFlag(fd, SENDING)) return;
    this.#source(fd).recycle(this.#buffer(fd));
    this.rows.put(fd, BUFFER, NONE);
  }

  /** Ring of the present receive's buffers. */
  #receiveBuffers(fd: number): BufferRing {
    return this.rows.hasFlag(fd, MULTISHOT) ? this.#context.smallBuffers : this.#context.largeBuffers;
  }

  /** Returns whether bytes wait for the client to read. */
  isPending(fd: number): boolean {
    return this.#backlogBytes(fd) > 0;
  }

  #hasEcho(fd: number): boolean {
    return this.#buffer(fd) !== NONE || this.#backlogBytes(fd) > 0;
  }

  #wantsSend(fd: number, flags: number): boolean {
    return (flags & (CLOSING | SENDING)) === 0 && this.#hasEcho(fd);
  }

  #wantsReceive(fd: number, flags: number): boolean {
    return (flags & (CLOSING | RECEIVING | ENDED)) === 0 && this.#backlogBytes(fd) === 0;
  }

  #mustCancelReceive(fd: number, flags: number): boolean {
    if ((flags & (RECEIVING | RECEIVE_CANCELLED)) !== RECEIVING) return false;
    if ((flags & CLOSING) !== 0) return true;
    if ((flags & MULTISHOT) === 0) return false;
    return (flags & BULK) !== 0 || this.#backlogBytes(fd) >= BUFFER_BYTES;
  }

  /** Takes over a receive buffer with `length` bytes. */
  #take(fd: number, buffer: number, length: number): void {
    const { ledger, smallBuffers } = this.#context;
    const buffers = this.#receiveBuffers(fd);
    this.rows.set(fd, BULK, length >= smallBuffers.bufferBytes);
    if (this.rows.hasFlag(fd, CLOSING)) {
      buffers.recycle(buffer);
      return;
    }
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.bytesReceived, length);
    if (this.rows.hasFlag(fd, HALF_CLOSED)) {
      buffers.recycle(buffer);
      return;
    }
    ledger.rows.add(this.rows.ledgerRow(fd), FIELD.requests, countMessages(buffers.view(buffer), length));
    if (this.#hasEcho(fd)) {
      this.#backlog(fd).append(buffers.view(buffer), 0, length);
      buffers.recycle(buffer);
      return;
    }
    this.rows.put(fd, BUFFER, buffer);
    this.rows.put(fd, BUFFER_LENGTH, length);
    this.rows.set(fd, LARGE_BUFFER, buffers === this.#context.largeBuffers);
  }

  #halfCloseIfSent(fd: number): void {
    if (this.#hasEcho(fd) || this.rows.hasFlag(fd, HALF_CLOSED) || this.rows.hasFlag(fd, CLOSING)) return;
    this.rows.raise(fd, HALF_CLOSED);
    posix.shutdown(fd, posix.SHUT_WR);
  }

  /** Closes after an error of the connection. The others end an operation that is then written again, if needed. */
  #handleError(fd: number, result: number): void {
    switch (-result) {
      case posix.EAGAIN:
      case posix.EINTR:
      case posix.ENOBUFS:
      case posix.ECANCELED:
        return;
      default:
        this.close(fd, reasonOfErrno(-result));
    }
  }

  /** Ring to which the receive buffer is given back. */
  #source(fd: number): BufferRing {
    return this.rows.hasFlag(fd, LARGE_BUFFER) ? this.#context.largeBuffers : this.#context.smallBuffers;
  }

  #buffer(fd: number): number {
    return this.rows.get(fd, BUFFER);
  }

  #bufferLength(fd: number): number {
    return this.rows.get(fd, BUFFER_LENGTH);
  }

  /** Returns the backlog; most connections never have one. */
  #backlog(fd: number): Backlog {
    const known = this.#backlogs.get(fd);
    if (known !== undefined) return known;
    const backlog = new Backlog(this.#context.slots);
    this.#backlogs.set(fd, backlog);
    this.rows.raise(fd, HAS_BACKLOG);
    return backlog;
  }

  #backlogBytes(fd: number): number {
    return this.rows.hasFlag(fd, HAS_BACKLOG) ? this.#backlog(fd).bytes : 0;
  }

  #noteActive(fd: number): void {
    this.rows.noteActive(fd, this.#context.nowUs[0]);
  }
}

function mustCancelSend(flags: number): boolean {
  return (flags & (CLOSING | SENDING | SEND_CANCELLED)) === (CLOSING | SENDING);
}
