import { check, posix, RegisteredCall } from "@c10k-lab/posix";
import { COUNTER, type Ledger, PEER_BYTES } from "@c10k-lab/stats/ledger";
import { ACCEPT_PAUSE_MS, FAILED_ACCEPTS_BEFORE_PAUSE } from "../limits.ts";
import type { EventServerOptions } from "../options.ts";
import { ACCEPT_DONE, ACCEPT_PAUSE, ACCEPT_RETRY, ACCEPTED, classifyAcceptError } from "./accept-error.ts";
import type { DataPlane } from "./data-plane.ts";
import { type Poller, READABLE } from "./poller.ts";

const FLAGS = posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;

/**
 * Listener of an event server. It accepts one bounded batch per turn until the queue is empty. An edge is reported
 * once, so it remembers that connections may be left after a batch. Accepting pauses while descriptors, memory or
 * ledger rows are missing.
 */
export class AcceptQueue {
  readonly #poller: Poller;
  readonly #ledger: Ledger;
  readonly #listenerFd: number;
  readonly #accept: RegisteredCall;
  readonly #acceptsPerTurn: number;
  readonly #backlog: number;
  /** Takes over a new descriptor; its row is the one reserved in the ledger. */
  readonly #admit: (fd: number) => void;
  #mayHaveMore = false;
  /** Moment at which accepting resumes, µs on CLOCK_MONOTONIC; 0 while it does not pause. */
  #resumeAtUs = 0;
  /** Failed accepts in a row. */
  #failures = 0;

  /** @throws RangeError or SyscallError when the poller cannot watch the listener */
  constructor(poller: Poller, plane: DataPlane<EventServerOptions>, admit: (fd: number) => void) {
    const { listenerFd } = plane;
    if (listenerFd >= poller.capacity) {
      throw new RangeError(
        `${poller.name} holds descriptors below ${poller.capacity}, the listener is number ${listenerFd}`,
      );
    }
    check(poller.add(listenerFd, 0, READABLE), poller.name, "on the listener");
    this.#poller = poller;
    this.#ledger = plane.ledger;
    this.#listenerFd = listenerFd;
    this.#accept = new RegisteredCall("accept4", null, plane.ledger.peers);
    this.#accept.numbers.set([listenerFd, 0, 0, PEER_BYTES, FLAGS]);
    this.#acceptsPerTurn = plane.options.acceptsPerTurn;
    this.#backlog = plane.options.backlog;
    this.#admit = admit;
  }

  /** True when the next turn should come without waiting. */
  get mayHaveMore(): boolean {
    return this.#mayHaveMore;
  }

  get isPaused(): boolean {
    return this.#resumeAtUs !== 0;
  }

  /** Notes that the poller reported the listener as readable. */
  noteReadable(): void {
    this.#mayHaveMore = true;
  }

  /** Ends a pause: a descriptor became free. */
  endPause(nowUs: number): void {
    if (this.isPaused) this.#resumeAtUs = nowUs;
  }

  /** Accepts one batch, unless accepting pauses. */
  takeTurn(nowUs: number): void {
    if (this.isPaused && nowUs >= this.#resumeAtUs) this.#resume(nowUs);
    for (let taken = 0; this.#mayHaveMore && taken < this.#acceptsPerTurn; taken++) this.#takeNext(nowUs);
    // A level is reported again, so do not spend an accept4(2) on the question whether more connections wait.
    if (this.#poller.trigger === "level") this.#mayHaveMore = false;
  }

  /**
   * Accepts all waiting connections, then closes the listener: close(2) would reset those still in the queue. The queue holds
   * one more than the backlog; what comes later is reset, so clients that reconnect without end do not hold up the end.
   */
  close(nowUs: number): void {
    this.#mayHaveMore = true;
    for (let taken = 0; this.#mayHaveMore && taken <= this.#backlog; taken++) this.#takeNext(nowUs);
    this.#resumeAtUs = 0;
    this.#poller.remove(this.#listenerFd);
    posix.close(this.#listenerFd);
  }

  #takeNext(nowUs: number): void {
    const next = this.#acceptOne();
    this.#failures = next === ACCEPT_RETRY ? this.#failures + 1 : 0;
    if (next === ACCEPT_DONE) this.#mayHaveMore = false;
    if (next === ACCEPT_PAUSE || this.#failures >= FAILED_ACCEPTS_BEFORE_PAUSE) this.#pause(nowUs);
  }

  #acceptOne(): number {
    const ledger = this.#ledger;
    const row = ledger.reserve();
    if (row < 0) return ACCEPT_PAUSE;
    ledger.count(COUNTER.acceptCalls, 1);
    const call = this.#accept;
    call.numbers[2] = row * PEER_BYTES;
    call.make();
    const fd = call.result;
    if (fd >= 0) {
      this.#admit(fd);
      return ACCEPTED;
    }
    if (fd !== -posix.EAGAIN) ledger.countAcceptError(-fd);
    return classifyAcceptError(-fd);
  }

  /** Removes the listener from the interest set, because it stays readable while nothing can be accepted. */
  #pause(nowUs: number): void {
    this.#mayHaveMore = false;
    this.#resumeAtUs = nowUs + ACCEPT_PAUSE_MS * 1000;
    this.#poller.remove(this.#listenerFd);
  }

  #resume(nowUs: number): void {
    this.#resumeAtUs = 0;
    this.#mayHaveMore = true;
    if (this.#poller.add(this.#listenerFd, 0, READABLE) < 0) this.#pause(nowUs);
  }
}
