import { check, posix } from "@c10k-lab/posix";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";

/** What only makes sense together with the event: more than data is behind it. */
const MORE_THAN_DATA = posix.EPOLLRDHUP | posix.EPOLLPRI | posix.EPOLLHUP | posix.EPOLLERR;

/**
 * epoll(7). What this API makes awkward:
 * - Edge-triggered, an event is told once. Whoever stops reading before EAGAIN must come back on his own account.
 * - A short read shows that a socket is drained, but not that its FIN was seen, and it also ends at an urgent mark.
 *   Hence EPOLLRDHUP and EPOLLPRI: an event without them may be trusted to the short read, one with them may not.
 * - An event can be old: the descriptor was closed and its number given to another connection between the kernel's
 *   note and our look. The 64 bits of user data carry the number and a generation.
 * - EPOLLHUP and EPOLLERR come unasked.
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
