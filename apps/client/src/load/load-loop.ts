import { HeardUntil, monotonicUs, posix } from "@c10k-lab/posix";
import { type LoadEvents, ORDER, STOP, type WakeFds } from "../io/load-io.ts";
import { SWEEP_MS } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { OUTCOME } from "../measure/outcome.ts";
import { LIVE } from "../measure/results-table.ts";
import { Waiter } from "../thread/waiter.ts";
import {
  AWAIT_EVENT,
  AWAIT_OTHERS,
  AWAIT_TIME,
  AWAIT_TURN,
  CLOSE,
  CONNECT,
  CONNECTING,
  type Need,
} from "./connection-states.ts";
import { Connector } from "./connector.ts";
import { Deadlines } from "./deadlines.ts";
import type { Dialer } from "./dialer.ts";
import { LoadConnection } from "./load-connection.ts";
import type { LoadContext } from "./load-context.ts";
import {
  PARK,
  Phases,
  REPORT_PARKED,
  START_CONNECTS,
  START_LAST_PROOFS,
  START_MESSAGES,
  START_NOTHING,
} from "./phases.ts";

/** Opens the sockets of a loop, see Dialer. */
export type Dials = Pick<Dialer, "local" | "dial" | "finish" | "skipSource">;

/**
 * One thread that drives every connection. Phases and Connector decide what starts, LoadConnection decides
 * what it needs; the loop alone acts: it opens, watches, wakes and closes sockets and writes the results.
 */
export class LoadLoop {
  readonly #context: LoadContext;
  readonly #events: LoadEvents;
  readonly #connections: readonly LoadConnection[];
  readonly #connector: Connector;
  readonly #dialer: Dials;
  readonly #phases: Phases;
  readonly #deadlines: Deadlines;
  readonly #heard: HeardUntil;
  readonly #waiter: Waiter;
  /** Connections that get another turn without a wait. */
  #queue: LoadConnection[] = [];
  #hasLeaving = false;
  #nextSweepUs = 0;
  #ended = 0;
  /** Events of the last wait. */
  #ready = 0;
  #isStopped = false;

  readonly #wakeFds: WakeFds;
  readonly #onParked: () => void;
  #wasMeasured = false;

  /**
   * @param wakeFds those that `events` watch
   * @param onParked called when a directed load has connected, and when all its messages are back after an order to park
   */
  constructor(
    context: LoadContext,
    events: LoadEvents,
    dialer: Dials,
    wakeFds: WakeFds,
    onParked = () => {},
  ) {
    const { connections, startAtMs, thinkMs, wait } = context.workload;
    this.#context = context;
    this.#events = events;
    this.#connections = Array.from({ length: connections }, (_, index) => new LoadConnection(context, index));
    this.#deadlines = new Deadlines(connections);
    this.#heard = new HeardUntil(events.fullWait);
    this.#connector = new Connector(context.workload);
    this.#dialer = dialer;
    this.#phases = new Phases(context, this.#connector);
    // epoll_wait(2) counts in milliseconds: several messages would be due at one wake-up, and leave in bursts.
    const isTimed = context.pace !== null || startAtMs !== null || thinkMs.to > 0;
    this.#waiter = new Waiter(events, context.evidence, wait, isTimed);
    this.#wakeFds = wakeFds;
    this.#onParked = onParked;
  }

  /** Does the work of the last wait, and waits again. @returns false when every connection has ended */
  turn(): boolean {
    const { turn, counts } = this.#context.evidence;
    const wokenUs = monotonicUs();
    this.#runTurn(this.#ready, wokenUs);
    if (this.#ended === this.#connections.length) return false;
    const nowUs = monotonicUs();
    turn.record(nowUs - wokenUs);
    counts[COUNT.waits]++;
    this.#ready = this.#wait(nowUs);
    this.#heard.note(nowUs, this.#ready, this.#connections.length * this.#events.perSocket);
    return true;
  }

  /** Open loop, after the run: counts messages that were due before its end and never sent. */
  countUnsent(): number {
    const { deadlineUs, endedUs } = this.#context;
    const overUs = Math.min(deadlineUs, endedUs);
    return this.#connections.reduce((sum, connection) => sum + connection.countUnsent(overUs), 0);
  }

  #runTurn(ready: number, wokenUs: number): void {
    this.#noteMeasuring(wokenUs);
    for (let index = 0; index < ready; index++) this.#dispatch(index);
    this.#serveQueue();
    this.#wakeSleepers(wokenUs);
    this.#sweep(wokenUs);
    if (this.#isStopped) this.#interrupt();
    else this.#takeStep(wokenUs);
    this.#releaseLeaving();
  }

  #noteMeasuring(nowUs: number): void {
    const { orders, clocks } = this.#context;
    if (orders === null || orders.isMeasured === this.#wasMeasured) return;
    this.#wasMeasured = orders.isMeasured;
    if (this.#wasMeasured) clocks.beginSlice(nowUs);
    else clocks.endSlice(nowUs);
  }

  #wait(nowUs: number): number {
    const untilUs = Math.min(this.#phases.untilNextUs(nowUs), this.#deadlines.nextUs - nowUs);
    const timeoutUs = this.#queue.length > 0 ? 0 : Math.max(0, Math.min(SWEEP_MS * 1000, untilUs));
    return this.#waiter.wait(nowUs, timeoutUs);
  }

  #dispatch(index: number): void {
    const which = this.#events.take(index);
    if (which < 0) {
      if (which === STOP) this.#isStopped = true;
      else if (which === ORDER) posix.eventfd_read(this.#wakeFds.order);
      return;
    }
    const connection = this.#connections[which];
    if (connection.state === CONNECTING) this.#finishConnect(connection);
    // Each edge is reported once: the one that ends connect(2) may report data or a FIN as well.
    const need = connection.handle(this.#events.isReadable(index), this.#events.hasMoreThanData(index));
    this.#settle(connection, need);
  }

  #serveQueue(): void {
    if (this.#queue.length === 0) return;
    const queued = this.#queue;
    this.#queue = [];
    for (const connection of queued) {
      connection.isQueued = false;
      // The event that queued the connection may have reported more than data.
      this.#settle(connection, connection.serve(true));
    }
  }

  #wakeSleepers(wokenUs: number): void {
    if (this.#deadlines.nextUs === Number.POSITIVE_INFINITY) return;
    // A paced message is late from its due time on: what came due while events were served leaves now.
    const nowUs = this.#context.pace === null ? wokenUs : monotonicUs();
    while (this.#deadlines.nextUs <= nowUs) {
      const connection = this.#connections[this.#deadlines.take()];
      this.#settle(connection, connection.wake(nowUs));
    }
  }

  /**
   * Closes connections that were late at the last moment up to which all events are known: after this process was frozen, answers
   * wait in the sockets, and the server is not to blame. Renews the live percentiles. Runs ten times a second.
   */
  #sweep(nowUs: number): void {
    if (nowUs < this.#nextSweepUs) return;
    this.#nextSweepUs = nowUs + SWEEP_MS * 1000;
    const { asOfUs } = this.#heard;
    const { results, clocks } = this.#context;
    results.live[LIVE.p50Us] = clocks.response.percentile(50);
    results.live[LIVE.p99Us] = clocks.response.percentile(99);
    for (let index = 0; index < this.#connector.launched; index++) {
      this.#settle(this.#connections[index], this.#connections[index].expire(asOfUs));
    }
  }

  #interrupt(): void {
    this.#phases.stop();
    for (const connection of this.#connections) {
      this.#settle(connection, connection.abort(OUTCOME.interrupted));
    }
  }

  #takeStep(nowUs: number): void {
    const step = this.#phases.decide(nowUs);
    if (step === START_NOTHING) return;
    if (step === PARK) {
      for (const connection of this.#connections) this.#settle(connection, connection.park());
      return;
    }
    if (step === REPORT_PARKED) {
      this.#deadlines.clear();
      this.#onParked();
      return;
    }
    if (step === START_CONNECTS) {
      this.#launch(nowUs);
      return;
    }
    for (let index = this.#phases.from; index < this.#phases.to; index++) {
      const connection = this.#connections[index];
      this.#settle(
        connection,
        step === START_MESSAGES ? connection.begin() : connection.prove(step === START_LAST_PROOFS),
      );
      if (step === START_LAST_PROOFS) this.#settle(connection, connection.leave());
    }
  }

  #launch(nowUs: number): void {
    const first = this.#connector.launched;
    const end = first + this.#connector.launch(nowUs);
    this.#context.results.live[LIVE.attempted] = end;
    for (let index = first; index < end; index++) this.#connect(this.#connections[index]);
  }

  #releaseLeaving(): void {
    if (!this.#hasLeaving || this.#context.awaited > 0) return;
    this.#hasLeaving = false;
    for (const connection of this.#connections) this.#settle(connection, connection.release());
  }

  /** Does what a connection needs after its turn. */
  #settle(connection: LoadConnection, need: Need): void {
    switch (need) {
      case AWAIT_EVENT:
        break;
      case AWAIT_TURN:
        if (!connection.isQueued) this.#queue.push(connection);
        connection.isQueued = true;
        break;
      case AWAIT_TIME:
        this.#deadlines.add(connection.wakeUs, connection.index);
        break;
      case AWAIT_OTHERS:
        this.#hasLeaving = true;
        break;
      case CONNECT:
        this.#connect(connection);
        break;
      case CLOSE:
        this.#close(connection);
        break;
    }
  }

  #connect(connection: LoadConnection): void {
    const { results, workload } = this.#context;
    const nowUs = monotonicUs();
    results.start(connection.index, connection.isActive ? workload.messagesEach : 0, nowUs);
    const fd = this.#dialer.dial(connection.index);
    if (fd < 0) {
      this.#failConnect(connection, -fd);
      return;
    }
    this.#settle(connection, connection.connect(fd, nowUs));
    if (this.#events.watch(fd, connection.index) < 0) {
      this.#settle(connection, connection.abort(OUTCOME.error));
    }
  }

  #finishConnect(connection: LoadConnection): void {
    const outcome = this.#dialer.finish(connection.fd);
    if (outcome !== OUTCOME.ok) {
      const isRetried = outcome === OUTCOME["no-ports"] && this.#dialer.skipSource(connection.index);
      if (isRetried) this.#reconnectAt(connection, 0);
      else this.#failConnect(connection, outcome);
      return;
    }
    const connectUs = this.#context.results.establish(connection.index, this.#dialer.local, monotonicUs());
    this.#context.clocks.connect.record(connectUs);
    this.#connector.settle();
    this.#settle(connection, connection.establish());
  }

  #failConnect(connection: LoadConnection, outcome: number): void {
    const retryUs = this.#connector.retryUs(outcome, monotonicUs());
    if (retryUs === Number.POSITIVE_INFINITY) {
      this.#settle(connection, connection.abort(outcome));
      return;
    }
    this.#reconnectAt(connection, retryUs);
  }

  #reconnectAt(connection: LoadConnection, timeUs: number): void {
    if (connection.fd >= 0) this.#context.io.close(connection.fd);
    this.#settle(connection, connection.retryAt(timeUs));
  }

  #close(connection: LoadConnection): void {
    const { io, results, clocks } = this.#context;
    const { index, fd, outcome, isInFlight, isOwed } = connection;
    if (fd >= 0) io.close(fd);
    if (results.isConnecting(index)) this.#connector.settle();
    results.close(index, {
      outcome,
      endedUs: monotonicUs(),
      isInFlight,
      isOwed,
      p50Us: clocks.ofConnections.percentile(index, 50),
      p99Us: clocks.ofConnections.percentile(index, 99),
    });
    this.#ended++;
  }
}
