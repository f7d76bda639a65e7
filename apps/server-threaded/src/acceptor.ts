import { monotonicUs, posix, setTimeoutOption } from "@c10k-lab/posix";
import {
  ABORT,
  ACCEPT_PAUSE,
  ACCEPT_PAUSE_MS,
  classifyAcceptError,
  type DataPlane,
  FAILED_ACCEPTS_BEFORE_PAUSE,
  RUN,
  refuse,
} from "@c10k-lab/server/data-plane";
import { COUNTER, PEER_BYTES } from "@c10k-lab/stats/ledger";
import { ConnectionThreads } from "./connection-threads.ts";

const DRAIN_TICK_MS = 20;

/**
 * Accept loop of the traditional server: this thread blocks in accept(2) and starts one thread per connection, which
 * blocks in recv(2). Drawbacks of this architecture: only its socket can wake a blocked thread, so stopping means
 * shutdown(2); and each connection, idle or not, costs a stack and a kernel task.
 */
export class Acceptor {
  readonly #plane: DataPlane;
  readonly #threads: ConnectionThreads;
  #failures = 0;

  constructor(plane: DataPlane, stackBytes: number) {
    this.#plane = plane;
    this.#threads = new ConnectionThreads(plane.ledger.rows, stackBytes);
  }

  /** Accepts until the stop request, then ends all threads. */
  run(): void {
    const { ledger, stop, options } = this.#plane;
    this.#plane.ready();
    while (stop.level === RUN) this.#acceptOne();
    // shutdown(2) of the listener resets the connections in its queue, so accept them first.
    posix.fcntl(this.#plane.listenerFd, posix.F_SETFL, posix.O_NONBLOCK);
    // The queue holds one more than the backlog. What comes later is reset.
    for (let taken = 0; taken <= options.backlog && this.#acceptOne(); taken++);
    // Its number stays taken: the control plane may still call shutdown(2) on it.
    posix.shutdown(this.#plane.listenerFd, posix.SHUT_RDWR);
    this.#endThreads();
    posix.close(this.#plane.listenerFd);
    ledger.note(COUNTER.shortWrites, this.#threads.shortWrites);
  }

  /** Accepts one connection. Returns whether there was one. */
  #acceptOne(): boolean {
    const { ledger, listenerFd, stop } = this.#plane;
    const row = ledger.reserve();
    if (row < 0) {
      stop.sleep(RUN, ACCEPT_PAUSE_MS);
      return false;
    }
    ledger.count(COUNTER.acceptCalls, 1);
    const fd = posix.accept4(listenerFd, ledger.peers, row * PEER_BYTES, PEER_BYTES, posix.SOCK_CLOEXEC);
    if (fd >= 0) {
      this.#failures = 0;
      this.#admit(fd);
    } else if (stop.level === RUN) {
      this.#handleFailure(-fd);
    }
    return fd >= 0;
  }

  #handleFailure(errno: number): void {
    this.#failures++;
    this.#plane.ledger.countAcceptError(errno);
    if (classifyAcceptError(errno) === ACCEPT_PAUSE || this.#failures >= FAILED_ACCEPTS_BEFORE_PAUSE) {
      this.#plane.stop.sleep(RUN, ACCEPT_PAUSE_MS);
    }
  }

  #admit(fd: number): void {
    const { ledger, options } = this.#plane;
    const row = ledger.open(monotonicUs());
    const most = options.maxConnections;
    if (most !== undefined && this.#threads.live >= most) {
      refuse(ledger, row, fd, "refused-limit");
      return;
    }
    if (options.idleTimeoutMs !== undefined) setTimeoutOption(fd, posix.SO_RCVTIMEO, options.idleTimeoutMs);
    const failed = this.#threads.start(row, fd);
    if (failed < 0) {
      ledger.countAcceptError(-failed);
      refuse(ledger, row, fd, "refused-thread");
      return;
    }
    ledger.noteOpen(this.#threads.live);
  }

  #endThreads(): void {
    const { stop, options } = this.#plane;
    const deadlineUs = monotonicUs() + options.drainTimeoutMs * 1000;
    this.#threads.drain();
    while (this.#threads.live > 0) {
      if (stop.level === ABORT || monotonicUs() >= deadlineUs) this.#threads.abort();
      stop.sleep(stop.level, DRAIN_TICK_MS);
    }
  }
}
