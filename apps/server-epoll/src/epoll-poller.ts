import { check, posix } from "@c10k-lab/posix";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";

/** Flags that mean more than data is pending. */
const MORE_THAN_DATA = posix.EPOLLRDHUP | posix.EPOLLPRI | posix.EPOLLHUP | posix.EPOLLERR;

/**
 * Poller on epoll(7). Difficulties of this API:
 * - Each edge is reported once. A reader that stops before EAGAIN must remember to continue.
 * - A short read shows that the socket is drained, but not that a FIN was read, and it also ends at an urgent mark.
 *   EPOLLRDHUP and EPOLLPRI report both, so only an event without them lets a short read end the turn.
 * - An event can be stale: its descriptor was closed and the number taken by another connection before the event was
 *   handled. The 64 bits of user data therefore hold the number and a generation.
 * - EPOLLHUP and EPOLLERR are reported without being requested.
 */
export class EpollPoller implements Poller {
  readonly name = "epoll";
  readonly capacity: number;
  readonly trigger: "level" | "edge";
  readonly fds: Int32Array;
  readonly generations: Int32Array;
  readonly events: Uint8Array;
  controlCalls = 0;
  readonly descriptorsScanned = 0;
  readonly wordsScanned = 0;
  readonly #epfd: number;
  readonly #kernelEvents: Int32Array;
  readonly #always: number;

  constructor(capacity: number, trigger: "level" | "edge", maxEvents: number) {
    this.capacity = capacity;
    this.trigger = trigger;
    this.fds = new Int32Array(maxEvents);
    this.generations = new Int32Array(maxEvents);
    this.events = new Uint8Array(maxEvents);
    this.#kernelEvents = new Int32Array(maxEvents * posix.EPOLL_EVENT_WORDS);
    this.#epfd = check(posix.epoll_create1(posix.EPOLL_CLOEXEC), "epoll_create1");
    this.#always = trigger === "edge" ? posix.EPOLLET | posix.EPOLLRDHUP | posix.EPOLLPRI : 0;
  }

  add(fd: number, generation: number, interest: number): number {
    return this.#control(posix.EPOLL_CTL_ADD, fd, this.#mask(interest), generation);
  }

  modify(fd: number, generation: number, interest: number): number {
    return this.#control(posix.EPOLL_CTL_MOD, fd, this.#mask(interest), generation);
  }

  remove(fd: number): number {
    return this.#control(posix.EPOLL_CTL_DEL, fd, 0, 0);
  }

  wait(timeoutMs: number): number {
    const ready = posix.epoll_wait(this.#epfd, this.#kernelEvents, timeoutMs);
    for (let index = 0; index < ready; index++) {
      const word = index * posix.EPOLL_EVENT_WORDS;
      const data = word + posix.EPOLL_EVENT_DATA_WORD;
      const happened = this.#kernelEvents[word];
      this.fds[index] = this.#kernelEvents[data];
      this.generations[index] = this.#kernelEvents[data + 1];
      this.events[index] =
        ((happened & posix.EPOLLOUT) === 0 ? 0 : WRITABLE) |
        ((happened & posix.EPOLLIN) === 0 ? 0 : READABLE) |
        ((happened & MORE_THAN_DATA) === 0 ? 0 : READ_TO_THE_END);
    }
    return ready;
  }

  close(): void {
    posix.close(this.#epfd);
  }

  #control(operation: number, fd: number, events: number, generation: number): number {
    this.controlCalls++;
    return posix.epoll_ctl(this.#epfd, operation, fd, events, generation);
  }

  #mask(interest: number): number {
    return this.#always | (interest === WRITABLE ? posix.EPOLLOUT : posix.EPOLLIN);
  }
}
