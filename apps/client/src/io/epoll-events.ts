import { check, posix } from "@c10k-lab/posix";
import { Epoll } from "@c10k-lab/posix/loop";
import { EVENTS_PER_WAIT } from "../measure/limits.ts";
import { type LoadEvents, ORDER, STOP, type WakeFds } from "./load-io.ts";

/** Set once for each connection: an edge-triggered EPOLLOUT costs nothing until a socket was full. */
const INTEREST = posix.EPOLLIN | posix.EPOLLOUT | posix.EPOLLRDHUP | posix.EPOLLET;

/** Readiness of sockets by epoll(7). An event's generation is the index of its connection. */
export class EpollEvents extends Epoll implements LoadEvents {
  readonly fullWait = EVENTS_PER_WAIT;
  readonly perSocket = 1;

  constructor(wakeFds: WakeFds) {
    super(EVENTS_PER_WAIT);
    check(this.add(wakeFds.stop, STOP, posix.EPOLLIN), "epoll_ctl", "");
    check(this.add(wakeFds.order, ORDER, posix.EPOLLIN), "epoll_ctl", "");
  }

  watch(fd: number, connection: number): number {
    return this.add(fd, connection, INTEREST);
  }

  take(index: number): number {
    return this.generation(index);
  }
}
