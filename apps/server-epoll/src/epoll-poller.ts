import { posix } from "@c10k-lab/posix";
import { Epoll } from "@c10k-lab/posix/loop";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";

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
  readonly #epoll: Epoll;
  readonly #always: number;

  constructor(capacity: number, trigger: "level" | "edge", maxEvents: number) {
    this.capacity = capacity;
    this.trigger = trigger;
    this.fds = new Int32Array(maxEvents);
    this.generations = new Int32Array(maxEvents);
    this.events = new Uint8Array(maxEvents);
    this.#epoll = new Epoll(maxEvents);
    this.#always = trigger === "edge" ? posix.EPOLLET | posix.EPOLLRDHUP | posix.EPOLLPRI : 0;
  }

  add(fd: number, generation: number, interest: number): number {
    this.controlCalls++;
    return this.#epoll.add(fd, generation, this.#flags(interest));
  }

  modify(fd: number, generation: number, interest: number): number {
    this.controlCalls++;
    return this.#epoll.modify(fd, generation, this.#flags(interest));
  }

  remove(fd: number): number {
    this.controlCalls++;
    return this.#epoll.remove(fd);
  }

  wait(timeoutMs: number): number {
    const ready = this.#epoll.wait(timeoutMs);
    for (let index = 0; index < ready; index++) {
      this.fds[index] = this.#epoll.fd(index);
      this.generations[index] = this.#epoll.generation(index);
      this.events[index] =
        (this.#epoll.isReadable(index) ? READABLE : 0) |
        (this.#epoll.isWritable(index) ? WRITABLE : 0) |
        (this.#epoll.hasMoreThanData(index) ? READ_TO_THE_END : 0);
    }
    return ready;
  }

  close(): void {
    this.#epoll.close();
  }

  #flags(interest: number): number {
    return this.#always | (interest === WRITABLE ? posix.EPOLLOUT : posix.EPOLLIN);
  }
}
