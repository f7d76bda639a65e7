import { check, monotonicUs, posix } from "@c10k-lab/posix";
import { EVENTS_PER_WAIT, RETRY_MS, SWEEP_MS } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { OUTCOME } from "../measure/outcome.ts";
import { LIVE, RESULT } from "../measure/results-table.ts";
import {
  AWAIT_DUE,
  AWAIT_EVENT,
  AWAIT_THINK,
  AWAIT_TURN,
  CONNECTING,
  ENDED,
  FAILED,
  HOLDING,
  LEAVING,
  type Need,
  PROVEN,
  SATISFIED,
  THINKING,
  WAITING,
  WORKING,
} from "./connection-states.ts";
import { Connector } from "./connector.ts";
import { Deadlines } from "./deadlines.ts";
import { LoadConnection } from "./load-connection.ts";
import type { LoadContext } from "./load-context.ts";
import { Phases } from "./phases.ts";
import { Waiter } from "./waiter.ts";

const MORE_THAN_DATA = posix.EPOLLRDHUP | posix.EPOLLHUP | posix.EPOLLERR;
/** In an event, where a connection's index stands for an ordinary one. */
const STOP = -1;

/** One thread that drives every connection over epoll(7): what happens when is in Phases, what is sent in LoadConnection. */
export class LoadLoop {
  readonly #context: LoadContext;
  readonly #epfd: number;
  readonly #events = new Int32Array(EVENTS_PER_WAIT * posix.EPOLL_EVENT_WORDS);
  readonly #waiter: Waiter;
  readonly #connections: LoadConnection[];
  readonly #connector: Connector;
  readonly #phases: Phases;
  readonly #deadlines: Deadlines;
  #queue: LoadConnection[] = [];
  #nextSweepUs = 0;
  #leaving = 0;
  #ended = 0;
  #isStopped = false;

  /**
   * @param target address of the server
   * @param stopFd becomes readable when the run is to be interrupted
   */
  constructor(context: LoadContext, target: Uint8Array, stopFd: number) {
    this.#context = context;
    const { connections, startAtMs, thinkMs } = context.workload;
    this.#connections = Array.from({ length: connections }, (_, index) => new LoadConnection(context, index));
    this.#deadlines = new Deadlines(connections);
    this.#epfd = check(posix.epoll_create1(posix.EPOLL_CLOEXEC), "epoll_create1", "");
    check(posix.epoll_ctl(this.#epfd, posix.EPOLL_CTL_ADD, stopFd, posix.EPOLLIN, STOP), "epoll_ctl", "");
    // Whole milliseconds would wake up for several messages at once, and make the load come in bursts.
    const isTimed = context.pace !== null || startAtMs !== null || thinkMs.to > 0;
    this.#waiter = new Waiter(this.#epfd, this.#events, isTimed);
    this.#connector = new Connector(context, target, this.#epfd, this.#connections, (connection, outcome) =>
      this.#notEstablished(connection, outcome),
    );
    this.#phases = new Phases(context, this.#connections, this.#connector, (connection, need) =>
      this.#settle(connection, need),
    );
  }

  /** Returns when every connection has ended. */
  run(): void {
    const { turn, counts } = this.#context.evidence;
    for (let ready = 0; ; ) {
      const wokenUs = monotonicUs();
      this.#serve(ready);
      this.#serveQueue();
      this.#wakeSleepers(wokenUs);
      this.#sweep(wokenUs);
      if (this.#isStopped) this.#interrupt();
      else this.#phases.proceed(wokenUs);
      this.#release();
      if (this.#ended === this.#connections.length) break;
      const nowUs = monotonicUs();
      turn.record(nowUs - wokenUs);
      counts[COUNT.waits]++;
      ready = this.#waiter.wait(this.#timeoutUs(nowUs));
    }
    posix.close(this.#epfd);
  }

  /** Open loop, after the run: messages that were due before it was over and were never sent. */
  get unsent(): number {
    const { deadlineUs, endedUs } = this.#context;
    const overUs = Math.min(deadlineUs, endedUs);
    return this.#connections.reduce((sum, connection) => sum + connection.unsentAt(overUs), 0);
  }

  #timeoutUs(nowUs: number): number {
    if (this.#queue.length > 0) return 0;
    return Math.min(SWEEP_MS * 1000, this.#phases.untilNextUs(nowUs), this.#deadlines.nextUs - nowUs);
  }

  #serve(ready: number): void {
    for (let index = 0; index < ready; index++) {
      const word = index * posix.EPOLL_EVENT_WORDS;
      const connection = this.#events[word + posix.EPOLL_EVENT_DATA_WORD + 1];
      if (connection === STOP) this.#isStopped = true;
      else this.#dispatch(this.#connections[connection], this.#events[word]);
    }
  }

  #dispatch(connection: LoadConnection, events: number): void {
    const toTheEnd = (events & MORE_THAN_DATA) !== 0;
    if (connection.state === CONNECTING) this.#established(connection);
    // No else: an edge is told once, and the one that tells of the connection may tell of its end as well, or the one
    // that brings the last echo for a while.
    if (connection.state === WORKING) this.#settle(connection, connection.serve(toTheEnd));
    else if ((events & posix.EPOLLIN) !== 0) this.#probe(connection);
    if (toTheEnd) this.#probe(connection);
  }

  /** Looks whether the server has closed a connection that has nothing under way, or speaks unasked. */
  #probe(connection: LoadConnection): void {
    const { state } = connection;
    if (state === WORKING || state === ENDED || state === WAITING || state === CONNECTING) return;
    const need = connection.probe();
    // One that has done its work and only waits for others has nothing to lose.
    const mayEnd = state === LEAVING && connection.outcome === OUTCOME["eof-early"];
    if (need === FAILED && mayEnd) this.#end(connection, OUTCOME.ok);
    else this.#settle(connection, need);
  }

  #serveQueue(): void {
    if (this.#queue.length === 0) return;
    const queued = this.#queue;
    this.#queue = [];
    for (const connection of queued) {
      if (connection.state === WORKING) this.#settle(connection, connection.serve(true));
    }
  }

  #established(connection: LoadConnection): void {
    const isEstablished = this.#connector.establish(connection);
    if (isEstablished && !this.#context.workload.barrier) this.#settle(connection, connection.begin());
  }

  /** A server that is not there yet is waited for; any other failure ends the connection. */
  #notEstablished(connection: LoadConnection, outcome: number): void {
    const nowUs = monotonicUs();
    if (!this.#connector.mayTryAgain(outcome, nowUs)) {
      this.#end(connection, outcome);
      return;
    }
    posix.close(connection.fd);
    connection.fd = -1;
    connection.state = WAITING;
    this.#deadlines.add(nowUs + RETRY_MS * 1000, connection.index);
  }

  /** Does what a connection needs after its turn. */
  #settle(connection: LoadConnection, need: Need): void {
    if (need === AWAIT_EVENT) return;
    if (need === AWAIT_TURN) this.#queue.push(connection);
    else if (need === AWAIT_THINK) this.#think(connection, monotonicUs() + connection.thinkUs());
    else if (need === AWAIT_DUE) this.#think(connection, connection.dueUs);
    else if (need === SATISFIED) this.#hold(connection);
    else if (need === PROVEN) this.#proven(connection);
    else if (need === FAILED) this.#end(connection, connection.outcome);
  }

  #think(connection: LoadConnection, untilUs: number): void {
    connection.state = THINKING;
    this.#deadlines.add(Math.min(untilUs, this.#context.deadlineUs), connection.index);
  }

  /** The connection has done its work; it stays open until it is as old as it was told to get. */
  #hold(connection: LoadConnection): void {
    this.#phases.finished(connection);
    if (this.#context.workload.holdMs.to === 0) {
      this.#leave(connection);
      return;
    }
    connection.state = HOLDING;
    this.#deadlines.add(connection.holdUntilUs(), connection.index);
  }

  /** Nobody leaves before everyone has been answered once: "at one time" would be a guess otherwise. */
  #leave(connection: LoadConnection): void {
    if (this.#context.awaited === 0) {
      this.#end(connection, OUTCOME.ok);
      return;
    }
    connection.state = LEAVING;
    this.#leaving++;
  }

  #release(): void {
    if (this.#leaving === 0 || this.#context.awaited > 0) return;
    for (const connection of this.#connections) {
      if (connection.state === LEAVING) this.#end(connection, OUTCOME.ok);
    }
  }

  #proven(connection: LoadConnection): void {
    if (!this.#phases.proven(connection)) this.#end(connection, OUTCOME.ok);
  }

  #wakeSleepers(wokenUs: number): void {
    if (this.#deadlines.nextUs === Number.POSITIVE_INFINITY) return;
    // A paced message is late from the moment it is due: what came due while events were served leaves now.
    const nowUs = this.#context.pace === null ? wokenUs : monotonicUs();
    while (this.#deadlines.nextUs <= nowUs) {
      const connection = this.#connections[this.#deadlines.take()];
      if (connection.state === HOLDING) this.#leave(connection);
      else if (connection.state === THINKING) this.#resume(connection, nowUs);
      else if (connection.state === WAITING) this.#connector.connect(connection);
    }
  }

  #resume(connection: LoadConnection, nowUs: number): void {
    const { deadlineUs, pace } = this.#context;
    if (nowUs >= deadlineUs) this.#hold(connection);
    else this.#settle(connection, pace === null ? connection.begin() : connection.beginDue());
  }

  #sweep(nowUs: number): void {
    if (nowUs < this.#nextSweepUs) return;
    this.#nextSweepUs = nowUs + SWEEP_MS * 1000;
    const { results, clocks } = this.#context;
    results.live[LIVE.p50Us] = clocks.response.percentile(50);
    results.live[LIVE.p99Us] = clocks.response.percentile(99);
    for (let index = 0; index < this.#connector.launched; index++) {
      this.#endIfLate(this.#connections[index], nowUs);
    }
  }

  #endIfLate(connection: LoadConnection, nowUs: number): void {
    const { workload, results, deadlineUs } = this.#context;
    if (connection.state === WORKING) {
      // After the end of the run the whole rest has this long, however it drips.
      const latestUs = connection.isProving ? Number.POSITIVE_INFINITY : deadlineUs;
      const sinceUs = Math.min(connection.lastProgressUs, latestUs);
      if (sinceUs < nowUs - workload.timeoutMs * 1000) this.#end(connection, OUTCOME.timeout);
    } else if (connection.state === CONNECTING) {
      const startedUs = results.rows.get(connection.index, RESULT.startedUs);
      if (startedUs < nowUs - workload.connectTimeoutMs * 1000) {
        this.#end(connection, OUTCOME["connect-timeout"]);
      }
    }
  }

  #interrupt(): void {
    for (const connection of this.#connections) {
      if (connection.state !== ENDED) this.#end(connection, OUTCOME.interrupted);
    }
    this.#phases.stop();
  }

  /** Closes a connection and publishes its row. */
  #end(connection: LoadConnection, outcome: number): void {
    const { results } = this.#context;
    const { state, index } = connection;
    const isEstablished = state !== CONNECTING && state !== WAITING;
    if (isEstablished) results.live[LIVE.open]--;
    else if (results.rows.get(index, RESULT.startedUs) > 0) this.#connector.abandon();
    if (state === LEAVING) this.#leaving--;
    connection.close(outcome);
    this.#phases.finished(connection);
    this.#ended++;
  }
}
