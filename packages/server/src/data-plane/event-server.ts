import { check, monotonicUs, posix, SyscallError } from "@c10k-lab/posix";
import { COUNTER } from "@c10k-lab/stats/ledger";
import { ACCEPT_PAUSE_MS, BUFFER_BYTES } from "../limits.ts";
import type { EventServerOptions } from "../options.ts";
import { ABORT, RUN } from "../stop-request.ts";
import { AcceptQueue } from "./accept-queue.ts";
import { CLOSE_CODE } from "./close-code.ts";
import type { DataPlane } from "./data-plane.ts";
import {
  AWAIT_READABLE,
  AWAIT_TURN,
  AWAIT_WRITABLE,
  CLOSED,
  EchoConnection,
  type EchoContext,
  type Need,
} from "./echo-connection.ts";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "./poller.ts";
import { refuse } from "./refuse.ts";

const FOREVER = -1;
/** While draining, deadlines and a second stop request are looked at this often. */
const DRAIN_TICK_MS = 50;

/**
 * One thread that serves every connection: wait, serve what is ready, accept, sweep. Which system call it waits in is
 * the poller's; the loop knows only whether readiness is told by level or by edge.
 */
export class EventServer {
  readonly #poller: Poller;
  readonly #plane: DataPlane<EventServerOptions>;
  readonly #context: EchoContext;
  readonly #acceptQueue: AcceptQueue;
  readonly #connections: (EchoConnection | undefined)[] = [];
  /** Connections whose turn ended before their socket was drained: served again without waiting. */
  #unfinished: EchoConnection[] = [];
  #open = 0;
  #generation = 0;
  #nowUs = monotonicUs();
  #stopLevel = RUN;
  #drainDeadlineUs = 0;
  #nextSweepUs = 0;

  constructor(poller: Poller, plane: DataPlane<EventServerOptions>) {
    this.#poller = poller;
    this.#plane = plane;
    this.#context = {
      io: posix,
      ledger: plane.ledger,
      scratch: Buffer.alloc(BUFFER_BYTES),
      spareBuffers: [],
    };
    this.#acceptQueue = new AcceptQueue(poller, plane, (fd) => this.#admit(fd));
    check(poller.add(plane.stop.wakeFd, 0, READABLE), poller.name, "on the stop request");
  }

  /** Serves until it is told to stop and the last connection is closed. */
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
    if (unfinished.length > 0) this.#unfinished = [];
    for (let index = 0; index < ready; index++) this.#dispatch(index);
    for (const connection of unfinished) this.#serveAgain(connection);
    if (this.#stopLevel === RUN) this.#acceptQueue.takeTurn(this.#nowUs);
    if (this.#stopLevel !== RUN) this.#sweepStopping();
    // Whoever is not in a whole answer is idle; interrupted or cut short, it says nothing of the others.
    else if (ready >= 0 && ready < this.#poller.fds.length) this.#sweepIdle(beforeUs);
  }

  /** @returns how many descriptors are ready, or a negative error number */
  #wait(): number {
    const ready = this.#poller.wait(this.#timeoutMs());
    this.#nowUs = monotonicUs();
    const { ledger } = this.#plane;
    ledger.count(COUNTER.waitCalls, 1);
    if (ready > 0) ledger.count(COUNTER.events, ready);
    this.#notePollerCosts();
    if (ready < 0 && ready !== -posix.EINTR) this.#afterFailedWait(-ready);
    return ready;
  }

  /** As of now, so that they can be looked at while it runs. */
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
    if (this.#acceptQueue.isResting) return ACCEPT_PAUSE_MS;
    const { idleTimeoutMs } = this.#plane.options;
    return idleTimeoutMs === undefined ? FOREVER : sweepIntervalMs(idleTimeoutMs);
  }

  #dispatch(index: number): void {
    const fd = this.#poller.fds[index];
    const events = this.#poller.events[index];
    const connection = this.#connections[fd];
    if (connection && connection.generation === this.#poller.generations[index]) {
      if ((events & READ_TO_THE_END) !== 0) connection.readToTheEnd();
      this.#serve(connection);
    } else if (fd === this.#plane.listenerFd) {
      this.#acceptQueue.becameReadable();
    } else if (fd === this.#plane.stop.wakeFd) {
      this.#stop();
    } else {
      this.#plane.ledger.count(COUNTER.staleEvents, 1);
    }
  }

  #serve(connection: EchoConnection): void {
    connection.lastActiveUs = this.#nowUs;
    this.#settle(connection, connection.serve());
  }

  #serveAgain(connection: EchoConnection): void {
    connection.isQueued = false;
    if (this.#connections[connection.fd] === connection) this.#serve(connection);
  }

  /** Does what a connection needs after its turn. */
  #settle(connection: EchoConnection, need: Need): void {
    switch (need) {
      case AWAIT_READABLE:
        this.#watch(connection, READABLE);
        break;
      case AWAIT_WRITABLE:
        this.#watch(connection, WRITABLE);
        break;
      case AWAIT_TURN:
        this.#watch(connection, READABLE);
        // Level-triggered readiness is told again; an edge is not.
        if (this.#poller.trigger === "edge" && !connection.isQueued) {
          connection.isQueued = true;
          this.#unfinished.push(connection);
        }
        break;
      case CLOSED:
        this.#close(connection, connection.closeReason);
        break;
    }
  }

  #watch(connection: EchoConnection, interest: number): void {
    if (connection.interest === interest) return;
    connection.interest = interest;
    const failed = this.#poller.modify(connection.fd, connection.generation, interest);
    if (failed < 0) this.#close(connection, CLOSE_CODE.error);
  }

  #admit(fd: number): void {
    const { ledger, options } = this.#plane;
    const row = ledger.open(this.#nowUs);
    if (options.maxConnections !== undefined && this.#open >= options.maxConnections) {
      refuse(ledger, row, fd, "refused-limit");
      return;
    }
    if (fd >= this.#poller.capacity) {
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
    this.#connections[fd] = new EchoConnection(
      this.#context,
      fd,
      this.#generation,
      row,
      READABLE,
      this.#nowUs,
    );
    this.#open++;
    ledger.noteOpen(this.#open);
  }

  #close(connection: EchoConnection, reason: number): void {
    this.#poller.remove(connection.fd);
    this.#connections[connection.fd] = undefined;
    connection.dispose();
    posix.close(connection.fd);
    this.#open--;
    this.#plane.ledger.close(connection.row, reason, this.#nowUs);
    this.#acceptQueue.endRest(this.#nowUs);
  }

  /** Once: serves what has already arrived, then sends every client a FIN. */
  #stop(): void {
    const { stop, options } = this.#plane;
    posix.eventfd_read(stop.wakeFd);
    if (this.#stopLevel === RUN) {
      this.#stopLevel = stop.level;
      if (this.#stopLevel === RUN) return;
      this.#drainDeadlineUs = this.#nowUs + options.drainTimeoutMs * 1000;
      this.#acceptQueue.close(this.#nowUs);
      for (const connection of this.#live()) this.#settle(connection, connection.finish());
    }
    this.#stopLevel = stop.level;
  }

  #sweepStopping(): void {
    const isLate = this.#stopLevel === ABORT || this.#nowUs >= this.#drainDeadlineUs;
    if (isLate) for (const connection of this.#live()) this.#close(connection, CLOSE_CODE.aborted);
  }

  /**
   * Closes who has been silent too long, as of the moment before the last wait: if this process was frozen since then
   * (SIGSTOP, a suspended machine), what clients sent meanwhile is told by the next one.
   */
  #sweepIdle(asOfUs: number): void {
    const { idleTimeoutMs } = this.#plane.options;
    if (idleTimeoutMs === undefined || asOfUs < this.#nextSweepUs) return;
    this.#nextSweepUs = asOfUs + sweepIntervalMs(idleTimeoutMs) * 1000;
    const idleSinceUs = asOfUs - idleTimeoutMs * 1000;
    for (const connection of this.#live()) {
      if (connection.lastActiveUs <= idleSinceUs) this.#close(connection, CLOSE_CODE["idle-timeout"]);
    }
  }

  #live(): EchoConnection[] {
    return this.#connections.filter((connection) => connection !== undefined);
  }

  /**
   * One descriptor that is closed behind our back fails every select(2) with EBADF: find it and let it go. Any other
   * failure would come back for ever.
   *
   * @throws SyscallError
   */
  #afterFailedWait(errno: number): void {
    const isDead = ({ fd }: EchoConnection) => posix.fcntl(fd, posix.F_GETFD, 0) < 0;
    const dead = errno === posix.EBADF ? this.#live().filter(isDead) : [];
    if (dead.length === 0) throw new SyscallError(this.#poller.name, errno, "for all connections");
    for (const connection of dead) this.#close(connection, CLOSE_CODE.error);
  }
}

function sweepIntervalMs(idleTimeoutMs: number): number {
  return Math.max(10, Math.min(1000, Math.ceil(idleTimeoutMs / 8)));
}
