import { posix } from "@c10k-lab/posix";
import { countMessages } from "@c10k-lab/protocol/message";
import { BUFFER_BYTES, CLOSE_CODE, reasonOfErrno } from "@c10k-lab/server/data-plane";
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

/**
 * Connection that sends back the bytes it receives, by completions. At most one receive and one send are in flight.
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
export class EchoStream {
  readonly fd: number;
  readonly generation: number;
  readonly row: number;
  /** Time of the last completion, µs on CLOCK_MONOTONIC. */
  lastActiveUs: number;
  closeReason: number = CLOSE_CODE["client-closed"];
  /** True while it waits in the loop's queue for `write`. */
  isQueued = false;
  /** A send without a completion was written: after the entry into the kernel it is done, unless one came. */
  isUnconfirmed = false;
  /** The loop has counted it among those with a pending echo. */
  wasPending = false;
  /** True once it was told to close. It stays open until nothing is in flight. */
  isClosing = false;
  readonly #context: StreamContext;
  readonly #backlog: Backlog;
  #isReceiving = false;
  #isMultishot = false;
  #isReceiveCancelled = false;
  /** The last receive filled a small buffer or more: the next one is single, into a large buffer. */
  #isBulk = false;
  /** The client's FIN was received. */
  #hasEnded = false;
  /** A send is in flight. */
  #isSending = false;
  #isSendCancelled = false;
  /** Receive buffer of the present send, whether in flight or not yet written; NONE for the backlog. */
  #buffer = NONE;
  #bufferLength = 0;
  /** Ring to which that buffer is given back. */
  #source: BufferRing;
  #isFinishing = false;
  #isHalfClosed = false;

  constructor(context: StreamContext, fd: number, generation: number, row: number) {
    this.#context = context;
    this.#backlog = new Backlog(context.slots);
    this.#source = context.smallBuffers;
    this.fd = fd;
    this.generation = generation;
    this.row = row;
    this.lastActiveUs = context.nowUs[0];
  }

  /** True when nothing is in flight and nothing remains to be sent, so the loop may close the descriptor. */
  get isOver(): boolean {
    if (this.#isReceiving || this.#isSending) return false;
    return this.isClosing || (this.#hasEnded && !this.#hasEcho);
  }

  /** True when `write` would write something. */
  get hasWork(): boolean {
    return this.#mustCancelReceive || this.#mustCancelSend || this.#wantsReceive || this.#wantsSend;
  }

  /** Writes the operations that it needs now. The caller has checked the ring's space. */
  write(): void {
    const { ring } = this.#context;
    const { fd, generation } = this;
    if (this.#mustCancelReceive) {
      this.#isReceiveCancelled = true;
      ring.cancel(fd, encode(RECEIVE, generation), fd, encode(CANCEL, generation));
    } else if (this.#wantsReceive) {
      this.#isReceiving = true;
      this.#isMultishot = ring.isDeferred && !this.#isBulk;
      ring.receive(fd, this.#receiveBuffers.group, this.#isMultishot, fd, encode(RECEIVE, generation));
    }
    if (this.#mustCancelSend) {
      this.#isSendCancelled = true;
      ring.cancel(fd, encode(SEND, generation), fd, encode(CANCEL, generation));
    } else if (this.#wantsSend) {
      this.#isSending = true;
      const high = encode(SEND, generation);
      if (this.#buffer === NONE) ring.send(fd, this.#backlog.address, this.#backlog.length, 0, fd, high);
      else this.#sendBuffer(high);
    }
  }

  /**
   * Sends the receive buffer within the next entry into the kernel. Where nothing is to follow, only a send that took less
   * has a completion, so that the entry waits for the next bytes. Kernels before 6.1, whose ring is not deferred, do not say
   * how much such a send took.
   */
  #sendBuffer(high: number): void {
    const { ring } = this.#context;
    const { fd } = this;
    const address = this.#source.address(this.#buffer, 0);
    const isLast = !this.#hasEnded && !this.#isFinishing && this.#backlog.bytes === 0;
    if (ring.isDeferred && isLast) {
      this.isUnconfirmed = true;
      // Counted now: the next completion, which confirms it, may be a long time away.
      this.#context.ledger.rows.add(this.row, FIELD.bytesSent, this.#bufferLength);
      ring.sendQuietly(fd, address, this.#bufferLength, posix.MSG_DONTWAIT, fd, high);
    } else ring.send(fd, address, this.#bufferLength, posix.MSG_DONTWAIT, fd, high);
  }

  /** Handles the send of which no completion came: the kernel has taken all bytes. */
  confirm(): void {
    this.sent(this.#bufferLength);
  }

  /** Handles the completion of a receive. */
  received(result: number, flags: number): void {
    if ((flags & posix.IORING_CQE_F_MORE) === 0) {
      this.#isReceiving = false;
      this.#isReceiveCancelled = false;
    }
    if (result > 0) {
      this.lastActiveUs = this.#context.nowUs[0];
      this.#take(flags >>> posix.IORING_CQE_BUFFER_SHIFT, result);
    } else if ((flags & posix.IORING_CQE_F_BUFFER) !== 0) {
      this.#receiveBuffers.recycle(flags >>> posix.IORING_CQE_BUFFER_SHIFT);
    }
    if (result === 0) {
      this.#hasEnded = true;
      if (this.#isHalfClosed && !this.isClosing) this.closeReason = CLOSE_CODE.drained;
    } else if (result < 0) this.#handleError(result);
  }

  /** Handles the completion of a send. */
  sent(result: number): void {
    const counted = this.isUnconfirmed ? this.#bufferLength : 0;
    this.isUnconfirmed = false;
    const length = this.#buffer === NONE ? this.#backlog.length : this.#bufferLength;
    this.#isSending = false;
    this.#isSendCancelled = false;
    if (result < 0) this.#handleError(result);
    const sent = Math.max(0, result);
    const { ledger, nowUs } = this.#context;
    if (sent > 0) this.lastActiveUs = nowUs[0];
    ledger.rows.add(this.row, FIELD.bytesSent, sent - counted);
    if (sent < length) ledger.count(COUNTER.shortWrites, 1);
    if (this.#buffer === NONE) {
      this.#backlog.advance(sent);
    } else {
      const source = this.#source;
      if (sent < length && !this.isClosing) this.#backlog.prepend(source.view(this.#buffer), sent, length);
      source.recycle(this.#buffer);
      this.#buffer = NONE;
    }
    if (this.#isFinishing) this.#halfCloseIfSent();
  }

  /** Sends what is left and a FIN, then drops further input until the client closes. */
  finish(): void {
    this.#isFinishing = true;
    this.#halfCloseIfSent();
  }

  /** Cancels what is in flight. Once `isOver`, the loop closes the descriptor with this reason. */
  close(reason: number): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.closeReason = reason;
    if (this.#buffer === NONE || this.#isSending) return;
    this.#source.recycle(this.#buffer);
    this.#buffer = NONE;
  }

  /** Gives the memory back. Nothing is in flight. */
  dispose(): void {
    this.#backlog.clear();
  }

  /** Ring of the present receive's buffers. */
  get #receiveBuffers(): BufferRing {
    return this.#isMultishot ? this.#context.smallBuffers : this.#context.largeBuffers;
  }

  /** Bytes wait for the client to read. */
  get isPending(): boolean {
    return this.#backlog.bytes > 0;
  }

  get #hasEcho(): boolean {
    return this.#buffer !== NONE || this.#backlog.bytes > 0;
  }

  get #wantsSend(): boolean {
    return !this.isClosing && !this.#isSending && this.#hasEcho;
  }

  get #wantsReceive(): boolean {
    return !this.isClosing && !this.#isReceiving && !this.#hasEnded && this.#backlog.bytes === 0;
  }

  get #mustCancelReceive(): boolean {
    if (!this.#isReceiving || this.#isReceiveCancelled) return false;
    return this.isClosing || (this.#isMultishot && (this.#isBulk || this.#backlog.bytes >= BUFFER_BYTES));
  }

  get #mustCancelSend(): boolean {
    return this.isClosing && this.#isSending && !this.#isSendCancelled;
  }

  /** Takes over a receive buffer with `length` bytes. */
  #take(buffer: number, length: number): void {
    const { ledger, smallBuffers } = this.#context;
    const buffers = this.#receiveBuffers;
    this.#isBulk = length >= smallBuffers.bufferBytes;
    if (this.isClosing) {
      buffers.recycle(buffer);
      return;
    }
    ledger.rows.add(this.row, FIELD.bytesReceived, length);
    if (this.#isHalfClosed) {
      buffers.recycle(buffer);
      return;
    }
    ledger.rows.add(this.row, FIELD.requests, countMessages(buffers.view(buffer), length));
    if (this.#hasEcho) {
      this.#backlog.append(buffers.view(buffer), 0, length);
      buffers.recycle(buffer);
      return;
    }
    this.#buffer = buffer;
    this.#bufferLength = length;
    this.#source = buffers;
  }

  #halfCloseIfSent(): void {
    if (this.#hasEcho || this.#isHalfClosed || this.isClosing) return;
    this.#isHalfClosed = true;
    posix.shutdown(this.fd, posix.SHUT_WR);
  }

  /** Closes after an error of the connection. The others end an operation that is then written again, if needed. */
  #handleError(result: number): void {
    switch (-result) {
      case posix.EAGAIN:
      case posix.EINTR:
      case posix.ENOBUFS:
      case posix.ECANCELED:
        return;
      default:
        this.close(reasonOfErrno(-result));
    }
  }
}
