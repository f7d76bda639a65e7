import { posix } from "@c10k-lab/posix";

/**
 * Waits for events, to the microsecond where the kernel can: epoll_wait(2) counts in milliseconds, and a paced message
 * that waits for the next of them is up to a millisecond late by the client's own fault.
 */
export class Waiter {
  readonly #epfd: number;
  readonly #events: Int32Array;
  #isFine: boolean;

  /** @param isFine whether microseconds matter; otherwise the older call, which is in every kernel */
  constructor(epfd: number, events: Int32Array, isFine: boolean) {
    this.#epfd = epfd;
    this.#events = events;
    this.#isFine = isFine;
  }

  /** @returns how many events there are */
  wait(timeoutUs: number): number {
    if (this.#isFine) {
      const ready = posix.epoll_pwait2(this.#epfd, this.#events, Math.max(0, Math.ceil(timeoutUs)));
      if (ready !== -posix.ENOSYS && ready !== -posix.EPERM) return ready;
      this.#isFine = false; // Linux before 5.11, or a container's filter that does not know the call.
    }
    return posix.epoll_wait(this.#epfd, this.#events, Math.max(0, Math.ceil(timeoutUs / 1000)));
  }
}
