import { check, monotonicUs, posix, SyscallError } from "@c10k-lab/posix";
import { HeardUntil } from "@c10k-lab/posix/loop";
import { COUNTER } from "@c10k-lab/stats/ledger";
import { ACCEPT_PAUSE_MS, MOST_DESCRIPTORS } from "../limits.ts";
import type { EventServerOptions } from "../options.ts";
import { ABORT, RUN } from "../stop-request.ts";
import { AcceptQueue } from "./accept-queue.ts";
import { CLOSE_CODE } from "./close-code.ts";
import type { ConnectionRows } from "./connection-rows.ts";
import type { DataPlane } from "./data-plane.ts";
import {
  AWAIT_READABLE,
  AWAIT_TURN,
  AWAIT_WRITABLE,
  CLOSED,
  EchoConnections,
  type Need,
} from "./echo-connections.ts";
import { EchoSockets } from "./echo-sockets.ts";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "./poller.ts";
import { refuse } from "./refuse.ts";
import { Silence } from "./silence.ts";

const FOREVER = -1;
/** Interval at which the loop checks the drain deadline while it stops, ms. */
const DRAIN_TICK_MS = 50;

/**
 * Event loop of one thread that serves all connections: wait, serve ready connections, accept, sweep. The poller
 * decides which system call waits; the loop knows only whether it reports levels or edges.
 */
export class EventServer {
  readonly #poller: Poller;
  readonly #plane: DataPlane<EventServerOptions>;
  readonly #acceptQueue: AcceptQueue;
  readonly #connections: EchoConnections;
  readonly #rows: ConnectionRows;
  /** Connections whose turn ended before their socket was drained. The next run serves them without waiting. */
  #unfinished: number[] = [];
  /** Empty list for the next turn: a connection that is served again must not join the list under way. */
  #nextUnfinished: number[] = [];
  #open = 0;
  #generation = 0;
  #nowUs = monotonicUs();
  #wasInterrupted = false;
  #stopLevel = RUN;
  #drainDeadlineUs = 0;
  readonly #silence: Silence;
  readonly #heard: HeardUntil;

  constructor(poller: Poller, plane: DataPlane<EventServerOptions>) {
    this.#poller = poller;
    this.#plane = plane;
    const io = new EchoSockets();
    this.#connections = new EchoConnections(
      { io, ledger: plane.ledger, scratch: io.scratch, spareEchoes: [] },
      Math.min(poller.capacity, MOST_DESCRIPTORS),
    );
    this.#rows = this.#connections.rows;
    this.#silence = new Silence(plane.options);
    this.#heard = new HeardUntil(poller.fds.length);
    this.#acceptQueue = new AcceptQueue(poller, plane, (fd) => this.#admit(fd));
    check(poller.add(plane.stop.wakeFd, 0, READABLE), poller.name, "on the stop request");
  }

  /** Serves until the stop request and the end of the last connection. */
  run(): void {
    this.#plane.ready();
    while (this.#stopLevel === RUN || this.#open > 0) this.runOnce();
    this.#notePollerCosts();
    this.#poller.close();
  }

  runOnce(): void {
    const beforeUs = this.#nowUs;
    const ready = this.#wait();
    const unfinished = this.#unfinished;
    this.#unfinished = this.#nextUnfinished;
    for (let index = 0; index < ready; index++) this.#dispatch(index);
    for (const fd of unfinished) this.#serveAgain(fd);
    if (unfinished.length > 0) unfinished.length = 0;
    this.#nextUnfinished = unfinished;
    if (this.#stopLevel === RUN) this.#acceptQueue.takeTurn(this.#nowUs);
    if (this.#stopLevel !== RUN) this.#sweepStopping();
    else if (this.#silence.isWatching) this.#sweepSilent(beforeUs, ready);
  }

  /** Waits for events. Returns the number of ready descriptors or a negative error number. */
  #wait(): number {
    const ready = this.#poller.wait(this.#timeoutMs());
    this.#nowUs = monotonicUs();
    const { ledger } = this.#plane;
    ledger.count(COUNTER.waitCalls, 1);
    if (ready > 0) ledger.count(COUNTER.events, ready);
    this.#wasInterrupted = ready === -posix.EINTR;
    this.#notePollerCosts();
    if (ready < 0 && !this.#wasInterrupted) this.#handleFailedWait(-ready);
    return ready;
  }

  /** Copies the poller's counts into the ledger, so that monitoring shows them while the server runs. */
  #notePollerCosts(): void {
    const { ledger } = this.#plane;
    ledger.note(COUNTER.controlCalls, this.#poller.controlCalls);
    ledger.note(COUNTER.descriptorsScanned, this.#poller.descriptorsScanned);
    ledger.note(COUNTER.wordsScanned, this.#poller.wordsScanned);
  }

  #timeoutMs(): number {
    if (this.#unfinished.length > 0) return 0;
    if (this.#stopLevel !== RUN) return DRAIN_TICK_MS;
    if (this.#acceptQueue.mayHaveMore) return 0;
    if (this.#acceptQueue.isPaused) return ACCEPT_PAUSE_MS;
    if (!this.#silence.isWatching) return FOREVER;
    // Under a storm of signals no wait that sleeps would end complete, and nobody would be found silent.
    return this.#wasInterrupted ? 0 : this.#silence.intervalMs;
  }

  #dispatch(index: number): void {
    const fd = this.#poller.fds[index];
    const events = this.#poller.events[index];
    if (this.#rows.has(fd, this.#poller.generations[index])) {
      if ((events & READ_TO_THE_END) !== 0) this.#connections.readToTheEnd(fd);
      this.#serve(fd);
    } else if (fd === this.#plane.listenerFd) {
      this.#acceptQueue.noteReadable();
    } else if (fd === this.#plane.stop.wakeFd) {
      this.#stop();
    } else {
      this.#plane.ledger.count(COUNTER.staleEvents, 1);
    }
  }

  #serve(fd: number): void {
    this.#rows.noteActive(fd, this.#nowUs);
    this.#settle(fd, this.#connections.serve(fd));
  }

  /** Serves a connection again, unless it was closed meanwhile. */
  #serveAgain(fd: number): void {
    if (this.#rows.leaveQueue(fd)) this.#serve(fd);
  }

  /** Registers, closes or queues a connection after its turn. */
  #settle(fd: number, need: Need): void {
    switch (need) {
      case AWAIT_READABLE:
        this.#watch(fd, READABLE);
        break;
      case AWAIT_WRITABLE:
        this.#watch(fd, WRITABLE);
        break;
      case AWAIT_TURN:
        this.#watch(fd, READABLE);
        // A level is reported again by the next wait, an edge is not.
        if (this.#poller.trigger === "edge" && this.#rows.joinQueue(fd)) this.#unfinished.push(fd);
        break;
      case CLOSED:
        this.#close(fd, this.#connections.closeReason);
        break;
    }
  }

  #watch(fd: number, interest: number): void {
    const connections = this.#connections;
    const before = connections.interest(fd);
    if (before === interest) return;
    if (interest === WRITABLE) this.#silence.notePending(1);
    else if (before === WRITABLE) this.#silence.notePending(-1);
    connections.noteInterest(fd, interest);
    const failed = this.#poller.modify(fd, this.#rows.generation(fd), interest);
    if (failed < 0) this.#close(fd, CLOSE_CODE.error);
  }

  #admit(fd: number): void {
    const { ledger, options } = this.#plane;
    const row = ledger.open(this.#nowUs);
    if (options.maxConnections !== undefined && this.#open >= options.maxConnections) {
      refuse(ledger, row, fd, "refused-limit");
      return;
    }
    if (fd >= Math.min(this.#poller.capacity, this.#rows.capacity)) {
      refuse(ledger, row, fd, "refused-descriptor");
      return;
    }
    this.#generation = (this.#generation + 1) | 0;
    const failed = this.#poller.add(fd, this.#generation, READABLE);
    if (failed < 0) {
      ledger.countAcceptError(-failed);
      refuse(ledger, row, fd, "refused-poller");
      return;
    }
    this.#connections.open(fd, this.#generation, row, READABLE, this.#nowUs);
    this.#open++;
    ledger.noteOpen(this.#open);
  }

  #close(fd: number, reason: number): void {
    this.#poller.remove(fd);
    if (this.#connections.interest(fd) === WRITABLE) this.#silence.notePending(-1);
    this.#connections.close(fd);
    posix.close(fd);
    this.#open--;
    this.#plane.ledger.close(this.#rows.ledgerRow(fd), reason, this.#nowUs);
    this.#acceptQueue.endPause(this.#nowUs);
  }

  /** Handles a stop request: the first one stops accepting, sends pending echoes and a FIN to each client. */
  #stop(): void {
    const { stop, options } = this.#plane;
    posix.eventfd_read(stop.wakeFd);
    if (this.#stopLevel === RUN) {
      this.#stopLevel = stop.level;
      if (this.#stopLevel === RUN) return;
      this.#drainDeadlineUs = this.#nowUs + options.drainTimeoutMs * 1000;
      this.#acceptQueue.close(this.#nowUs);
      for (const fd of this.#rows.list()) this.#settle(fd, this.#connections.finish(fd));
    }
    this.#stopLevel = stop.level;
  }

  #sweepStopping(): void {
    const isLate = this.#stopLevel === ABORT || this.#nowUs >= this.#drainDeadlineUs;
    if (isLate) for (const fd of this.#rows.list()) this.#close(fd, CLOSE_CODE.aborted);
  }

  /**
   * Closes connections that have been silent for too long, as far as is known after a wait.
   *
   * @param beforeUs begin of the wait
   */
  #sweepSilent(beforeUs: number, ready: number): void {
    // The listener and the stop request are watched, too.
    this.#heard.note(beforeUs, ready, this.#open + 2);
    const { asOfUs } = this.#heard;
    if (!this.#silence.isDue(asOfUs)) return;
    const connections = this.#connections;
    for (const fd of this.#rows.list()) {
      const reason = this.#silence.judge(this.#rows.lastActiveUs(fd), connections.isPending(fd), asOfUs);
      if (reason >= 0) this.#close(fd, reason);
    }
  }

  /**
   * Closes connections whose descriptor is not open any more: one such descriptor fails every select(2) with EBADF.
   *
   * @throws SyscallError for any other failure, which would recur without limit
   */
  #handleFailedWait(errno: number): void {
    const isDead = (fd: number) => posix.fcntl(fd, posix.F_GETFD, 0) < 0;
    const dead = errno === posix.EBADF ? this.#rows.list().filter(isDead) : [];
    if (dead.length === 0) throw new SyscallError(this.#poller.name, errno, "for all connections");
    for (const fd of dead) this.#close(fd, CLOSE_CODE.error);
  }
}
