import { binding } from "./binding.ts";
import { check } from "./errors.ts";
import { RegisteredCall } from "./registered-call.ts";

/** Flags that mean more than data is pending: FIN, an urgent byte, a reset or an error. */
const MORE_THAN_DATA = binding.EPOLLRDHUP | binding.EPOLLPRI | binding.EPOLLHUP | binding.EPOLLERR;

/** System call that waits. */
type Wait = Pick<RegisteredCall, "numbers" | "make" | "result">;
type RegisterWait = (name: "epoll_wait" | "epoll_pwait2", events: Int32Array) => Wait;

/**
 * An epoll(7) instance and the events of its last wait. The accessors take the index of an event, below the number that
 * the wait returned. Nothing allocates after the constructor; operations return 0 or a negative error number.
 */
export class Epoll {
  readonly #epfd: number;
  readonly #control = new RegisteredCall("epoll_ctl");
  readonly #wait: Wait;
  readonly #waitNs: Wait;
  readonly #events: Int32Array;
  #hasMicroseconds = true;

  /**
   * @param maxEvents events one wait returns at most
   * @param register is replaced by a test that simulates an old kernel
   * @throws SyscallError of epoll_create1(2)
   */
  constructor(
    maxEvents: number,
    register: RegisterWait = (name, events) => new RegisteredCall(name, null, events),
  ) {
    this.#events = new Int32Array(maxEvents * binding.EPOLL_EVENT_WORDS);
    this.#epfd = check(binding.epoll_create1(binding.EPOLL_CLOEXEC), "epoll_create1", "");
    this.#control.numbers[0] = this.#epfd;
    this.#wait = register("epoll_wait", this.#events);
    this.#waitNs = register("epoll_pwait2", this.#events);
    this.#wait.numbers[0] = this.#epfd;
    this.#waitNs.numbers[0] = this.#epfd;
  }

  /**
   * @param generation is returned with each event and distinguishes the uses of a descriptor number
   * @param flags EPOLLIN, EPOLLOUT, EPOLLET, …
   */
  add(fd: number, generation: number, flags: number): number {
    return this.#change(binding.EPOLL_CTL_ADD, fd, flags, generation);
  }

  modify(fd: number, generation: number, flags: number): number {
    return this.#change(binding.EPOLL_CTL_MOD, fd, flags, generation);
  }

  remove(fd: number): number {
    return this.#change(binding.EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Waits for events; `timeoutMs` -1 waits without limit. @returns the number of events, or a negative error number */
  wait(timeoutMs: number): number {
    const call = this.#wait;
    call.numbers[2] = timeoutMs;
    call.make();
    return call.result;
  }

  /**
   * Waits for events with a time-out in microseconds. Rounds it up to milliseconds before Linux 5.11, and in a container
   * whose seccomp filter does not know epoll_pwait2(2).
   *
   * @returns the number of events, or a negative error number
   */
  waitUs(timeoutUs: number): number {
    if (this.#hasMicroseconds) {
      const call = this.#waitNs;
      call.numbers[2] = Math.ceil(timeoutUs * 1000);
      call.make();
      const ready = call.result;
      if (ready !== -binding.ENOSYS && ready !== -binding.EPERM) return ready;
      this.#hasMicroseconds = false;
    }
    return this.wait(Math.ceil(timeoutUs / 1000));
  }

  fd(index: number): number {
    return this.#events[index * binding.EPOLL_EVENT_WORDS + binding.EPOLL_EVENT_DATA_WORD];
  }

  generation(index: number): number {
    return this.#events[index * binding.EPOLL_EVENT_WORDS + binding.EPOLL_EVENT_DATA_WORD + 1];
  }

  isReadable(index: number): boolean {
    return (this.#events[index * binding.EPOLL_EVENT_WORDS] & binding.EPOLLIN) !== 0;
  }

  isWritable(index: number): boolean {
    return (this.#events[index * binding.EPOLL_EVENT_WORDS] & binding.EPOLLOUT) !== 0;
  }

  /** Returns true when a short read does not show that the socket is drained: FIN, an urgent byte or an error waits. */
  hasMoreThanData(index: number): boolean {
    return (this.#events[index * binding.EPOLL_EVENT_WORDS] & MORE_THAN_DATA) !== 0;
  }

  close(): void {
    binding.close(this.#epfd);
  }

  #change(operation: number, fd: number, flags: number, generation: number): number {
    const call = this.#control;
    call.numbers[1] = operation;
    call.numbers[2] = fd;
    call.numbers[3] = flags;
    call.numbers[4] = generation;
    call.make();
    return call.result;
  }
}
