import { encodeAddress, posix } from "@c10k-lab/posix";
import {
  ACCEPT_PAUSE,
  ACCEPT_PAUSE_MS,
  classifyAcceptError,
  type DataPlane,
  FAILED_ACCEPTS_BEFORE_PAUSE,
} from "@c10k-lab/server/data-plane";
import { COUNTER, type Ledger, PEER_BYTES } from "@c10k-lab/stats/ledger";
import type { Ring } from "@c10k-lab/uring";
import type { StreamContext } from "./echo-streams.ts";
import { ACCEPT, CANCEL, encode } from "./operation.ts";

const UNSPECIFIED = encodeAddress({ host: "0.0.0.0", port: 0 });

/**
 * Listener with one multishot accept(2) in flight. Accepting pauses while descriptors, memory or ledger rows are missing:
 * the operation is cancelled, and written again after the pause.
 */
export class Acceptor {
  readonly #ring: Ring;
  readonly #nowUs: Float64Array;
  readonly #ledger: Ledger;
  readonly #listenerFd: number;
  readonly #backlog: number;
  /** Takes over a new descriptor; its row is the one reserved in the ledger. */
  readonly #admit: (fd: number) => void;
  /** Address of the peer that was admitted last. */
  readonly #peer = new Uint8Array(PEER_BYTES);
  /** Accepted descriptors for which the ledger had no row. */
  readonly #waiting: number[] = [];
  #isArmed = false;
  #isCancelled = false;
  #isStopping = false;
  #failures = 0;
  /** Moment at which accepting resumes, µs on CLOCK_MONOTONIC; 0 while it does not pause. */
  #resumeAtUs = 0;
  isClosed = false;

  constructor(
    { ring, nowUs }: StreamContext,
    { ledger, listenerFd, options }: DataPlane,
    admit: (fd: number) => void,
  ) {
    this.#ring = ring;
    this.#nowUs = nowUs;
    this.#ledger = ledger;
    this.#listenerFd = listenerFd;
    this.#backlog = options.backlog;
    this.#admit = admit;
    // io_uring returns EAGAIN for a non-blocking descriptor instead of waiting.
    posix.fcntl(listenerFd, posix.F_SETFL, 0);
  }

  get isPaused(): boolean {
    return this.#resumeAtUs !== 0;
  }

  endPause(): void {
    if (this.isPaused) this.#resumeAtUs = this.#nowUs[0];
  }

  /** Stops accepting. It is closed once its operation has ended and the accept queue is empty. */
  stop(): void {
    this.#isStopping = true;
    this.#resumeAtUs = 0;
  }

  /** Handles the completion of an accept: a descriptor or an error. */
  accepted(result: number, flags: number): void {
    if ((flags & posix.IORING_CQE_F_MORE) === 0) {
      this.#isArmed = false;
      this.#isCancelled = false;
    }
    if (result >= 0) {
      this.#failures = 0;
      this.#waiting.push(result);
      return;
    }
    if (result === -posix.ECANCELED || result === -posix.EAGAIN) return;
    this.#ledger.countAcceptError(-result);
    this.#failures++;
    if (classifyAcceptError(-result) === ACCEPT_PAUSE || this.#failures >= FAILED_ACCEPTS_BEFORE_PAUSE) {
      this.#pause();
    }
  }

  /** Admits accepted connections, and writes or cancels the operation. Needs space for one operation. */
  takeTurn(): void {
    if (this.isClosed) return;
    if (this.isPaused && this.#nowUs[0] >= this.#resumeAtUs) this.#resumeAtUs = 0;
    this.#admitWaiting();
    if (this.isPaused || this.#isStopping) {
      if (this.#isArmed && !this.#isCancelled) {
        this.#isCancelled = true;
        this.#ring.cancel(this.#listenerFd, encode(ACCEPT, 0), this.#listenerFd, encode(CANCEL, 0));
      } else if (this.#isStopping && !this.#isArmed) this.#close();
    } else if (!this.#isArmed) {
      this.#isArmed = true;
      this.#ring.accept(this.#listenerFd, this.#listenerFd, encode(ACCEPT, 0));
    }
  }

  #admitWaiting(): void {
    let admitted = 0;
    for (const fd of this.#waiting) {
      const row = this.#ledger.reserve();
      if (row < 0) {
        this.#pause();
        break;
      }
      this.#readPeer(fd);
      this.#ledger.peers.set(this.#peer, row * PEER_BYTES);
      this.#admit(fd);
      admitted++;
    }
    if (admitted > 0) this.#waiting.splice(0, admitted);
  }

  /**
   * Reads the peer's address, for which a multishot accept has no place. getpeername(2) fails for a connection that was
   * reset before it was accepted: its row gets the unspecified address.
   */
  #readPeer(fd: number): void {
    if (posix.getpeername(fd, this.#peer) < 0) this.#peer.set(UNSPECIFIED);
  }

  /**
   * Accepts all waiting connections, then closes the listener: close(2) would reset those still in the queue. The queue holds
   * one more than the backlog; what comes later is reset.
   */
  #close(): void {
    const ledger = this.#ledger;
    posix.fcntl(this.#listenerFd, posix.F_SETFL, posix.O_NONBLOCK);
    for (let taken = 0; taken <= this.#backlog; taken++) {
      const row = ledger.reserve();
      if (row < 0) break;
      ledger.count(COUNTER.acceptCalls, 1);
      const fd = posix.accept4(
        this.#listenerFd,
        ledger.peers,
        row * PEER_BYTES,
        PEER_BYTES,
        posix.SOCK_CLOEXEC,
      );
      if (fd >= 0) this.#admit(fd);
      else if (fd !== -posix.EINTR) break;
    }
    for (const fd of this.#waiting.splice(0)) posix.close(fd);
    posix.close(this.#listenerFd);
    this.isClosed = true;
  }

  #pause(): void {
    this.#resumeAtUs = this.#nowUs[0] + ACCEPT_PAUSE_MS * 1000;
  }
}
