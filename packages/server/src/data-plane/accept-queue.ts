import { check, posix } from "@c10k-lab/posix";
import { COUNTER, type Ledger, PEER_BYTES } from "@c10k-lab/stats/ledger";
import { ACCEPT_PAUSE_MS, FAILED_ACCEPTS_BEFORE_PAUSE } from "../limits.ts";
import type { EventServerOptions } from "../options.ts";
import { ACCEPT_DONE, ACCEPT_PAUSE, ACCEPT_RETRY, ACCEPTED, afterAcceptError } from "./accept-error.ts";
import type { DataPlane } from "./data-plane.ts";
import { type Poller, READABLE } from "./poller.ts";

const FLAGS = posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;

/**
 * The listener of an event server: connections are accepted a bounded batch a turn until the queue is empty. An edge is
 * told once, so what may be left after a batch is remembered here. When nothing can be accepted, for want of descriptors,
 * memory or ledger rows, accepting rests.
 */
export class AcceptQueue {
  readonly #poller: Poller;
  readonly #ledger: Ledger;
  readonly #listenerFd: number;
  readonly #acceptsPerTurn: number;
  /** Takes the new descriptor; its row is the one reserved in the ledger. */
  readonly #admit: (fd: number) => void;
  #mayHaveMore = false;
  /** Accepting rests until then; 0: it does not rest. */
  #resumeUs = 0;
  /** Failed accepts in a row. */
  #failures = 0;

  /** @throws Error when the poller cannot hold the listener */
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
    this.#acceptsPerTurn = plane.options.acceptsPerTurn;
    this.#admit = admit;
  }

  /** It wants another turn without waiting. */
  get mayHaveMore(): boolean {
    return this.#mayHaveMore;
  }

  get isResting(): boolean {
    return this.#resumeUs !== 0;
  }

  /** The poller says so. */
  becameReadable(): void {
    this.#mayHaveMore = true;
  }

  /** A descriptor is free again: no reason to rest. */
  endRest(nowUs: number): void {
    if (this.isResting) this.#resumeUs = nowUs;
  }

  /** Accepts a batch, if there is anything to accept and it does not rest. */
  takeTurn(nowUs: number): void {
    if (this.isResting && nowUs >= this.#resumeUs) this.#resume(nowUs);
    for (let taken = 0; this.#mayHaveMore && taken < this.#acceptsPerTurn; taken++) this.#takeNext(nowUs);
    // Level-triggered readiness is told again: looking whether more is left would cost an accept4(2).
    if (this.#poller.trigger === "level") this.#mayHaveMore = false;
  }

  /** Closes the listener. That resets the connections that wait in its queue, so they are accepted first. */
  close(nowUs: number): void {
    this.#mayHaveMore = true;
    while (this.#mayHaveMore) this.#takeNext(nowUs);
    this.#resumeUs = 0;
    this.#poller.remove(this.#listenerFd);
    posix.close(this.#listenerFd);
  }

  #takeNext(nowUs: number): void {
    const next = this.#acceptOne();
    this.#failures = next === ACCEPT_RETRY ? this.#failures + 1 : 0;
    if (next === ACCEPT_DONE) this.#mayHaveMore = false;
    if (next === ACCEPT_PAUSE || this.#failures >= FAILED_ACCEPTS_BEFORE_PAUSE) this.#rest(nowUs);
  }

  #acceptOne(): number {
    const ledger = this.#ledger;
    const row = ledger.reserve();
    if (row < 0) return ACCEPT_PAUSE;
    ledger.count(COUNTER.acceptCalls, 1);
    const fd = posix.accept4(this.#listenerFd, ledger.peers, row * PEER_BYTES, PEER_BYTES, FLAGS);
    if (fd >= 0) {
      this.#admit(fd);
      return ACCEPTED;
    }
    if (fd !== -posix.EAGAIN) ledger.countAcceptError(-fd);
    return afterAcceptError(-fd);
  }

  /** The listener stays readable while nothing can be accepted, so it leaves the interest set meanwhile. */
  #rest(nowUs: number): void {
    this.#mayHaveMore = false;
    this.#resumeUs = nowUs + ACCEPT_PAUSE_MS * 1000;
    this.#poller.remove(this.#listenerFd);
  }

  #resume(nowUs: number): void {
    this.#resumeUs = 0;
    this.#mayHaveMore = true;
    if (this.#poller.add(this.#listenerFd, 0, READABLE) < 0) this.#rest(nowUs);
  }
}
