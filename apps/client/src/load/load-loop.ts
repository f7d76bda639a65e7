import { monotonicUs, posix } from "@c10k-lab/posix";
import { HeardUntil } from "@c10k-lab/posix/loop";
import {
  AWAIT_EVENT,
  AWAIT_OTHERS,
  AWAIT_TIME,
  AWAIT_TURN,
  CLOSE,
  CONNECT,
  CONNECTING,
  type Need,
} from "../connection/connection-states.ts";
import { LoadConnections } from "../connection/load-connections.ts";
import type { LoadContext } from "../connection/load-context.ts";
import { type LoadEvents, ORDER, STOP, type WakeFds } from "../io/load-io.ts";
import { SWEEP_MS } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { OUTCOME } from "../measure/outcome.ts";
import { LIVE } from "../measure/results-table.ts";
import { Waiter } from "../thread/waiter.ts";
import { Connector } from "./connector.ts";
import { Deadlines } from "./deadlines.ts";
import type { Dialer } from "./dialer.ts";
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
 * One thread that drives every connection. Phases and Connector decide what starts, LoadConnections
 * what each needs; the loop alone acts: it opens, watches, wakes and closes sockets and writes the results.
 */
export class LoadLoop {
  readonly #context: LoadContext;
  readonly #events: LoadEvents;
  readonly #connections: LoadConnections;
  readonly #requested: number;
  readonly #connector: Connector;
  readonly #dialer: Dials;
  readonly #phases: Phases;
  readonly #deadlines: Deadlines;
  readonly #heard: HeardUntil;
  readonly #waiter: Waiter;
  /** Connections that get another turn without a wait. */
  #queue: number[] = [];
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
    this.#connections = new LoadConnections(context);
    this.#requested = connections;
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
    if (this.#ended === this.#requested) return false;
    const nowUs = monotonicUs();
    turn.record(nowUs - wokenUs);
    counts[COUNT.waits]++;
    this.#ready = this.#wait(nowUs);
    this.#heard.note(nowUs, this.#ready, this.#requested * this.#events.perSocket);
    return true;
  }

  /** Open loop, after the run: counts messages that were due before its end and never sent. */
  countUnsent(): number {
    const { deadlineUs, endedUs } = this.#context;
    const overUs = Math.min(deadlineUs, endedUs);
    let unsent = 0;
    for (let connection = 0; connection < this.#requested; connection++) {
      unsent += this.#connections.countUnsent(connection, overUs);
    }
    return unsent;
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
    const connection = this.#events.take(index);
    if (connection < 0) {
      if (connection === STOP) this.#isStopped = true;
      else if (connection === ORDER) posix.eventfd_read(this.#wakeFds.order);
      return;
    }
    const connections = this.#connections;
    if (connections.state(connection) === CONNECTING) this.#finishConnect(connection);
    // Each edge is reported once: the one that ends connect(2) may report data or a FIN as well.
    const isReadable = this.#events.isReadable(index);
    const need = connections.handle(connection, isReadable, this.#events.hasMoreThanData(index));
    this.#settle(connection, need);
  }

  #serveQueue(): void {
    if (this.#queue.length === 0) return;
    const queued = this.#queue;
    this.#queue = [];
    for (const connection of queued) {
      this.#connections.leaveQueue(connection);
      // The event that queued the connection may have reported more than data.
      this.#settle(connection, this.#connections.serve(connection, true));
    }
  }

  #wakeSleepers(wokenUs: number): void {
    if (this.#deadlines.nextUs === Number.POSITIVE_INFINITY) return;
    // A paced message is late from its due time on: what came due while events were served leaves now.
    const nowUs = this.#context.pace === null ? wokenUs : monotonicUs();
    while (this.#deadlines.nextUs <= nowUs) {
      const connection = this.#deadlines.take();
      this.#settle(connection, this.#connections.wake(connection, nowUs));
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
    const { launched } = this.#connector;
    for (let connection = 0; connection < launched; connection++) {
      this.#settle(connection, this.#connections.expire(connection, asOfUs));
    }
  }

  #interrupt(): void {
    this.#phases.stop();
    for (let connection = 0; connection < this.#requested; connection++) {
      this.#settle(connection, this.#connections.abort(connection, OUTCOME.interrupted));
    }
  }

  #takeStep(nowUs: number): void {
    const step = this.#phases.decide(nowUs);
    if (step === START_NOTHING) return;
    if (step === PARK) {
      this.#park(nowUs);
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
    const connections = this.#connections;
    for (let connection = this.#phases.from; connection < this.#phases.to; connection++) {
      if (step === START_MESSAGES) this.#settle(connection, connections.begin(connection));
      else this.#settle(connection, connections.prove(connection, step === START_LAST_PROOFS));
      if (step === START_LAST_PROOFS) this.#settle(connection, connections.leave(connection));
    }
  }

  #park(nowUs: number): void {
    for (let connection = 0; connection < this.#requested; connection++) {
      this.#settle(connection, this.#connections.park(connection, nowUs));
    }
  }

  #launch(nowUs: number): void {
    const first = this.#connector.launched;
    const end = first + this.#connector.launch(nowUs);
    this.#context.results.live[LIVE.attempted] = end;
    for (let connection = first; connection < end; connection++) this.#connect(connection);
  }

  #releaseLeaving(): void {
    if (!this.#hasLeaving || this.#context.awaited > 0) return;
    this.#hasLeaving = false;
    for (let connection = 0; connection < this.#requested; connection++) {
      this.#settle(connection, this.#connections.release(connection));
    }
  }

  /** Does what a connection needs after its turn. */
  #settle(connection: number, need: Need): void {
    switch (need) {
      case AWAIT_EVENT:
        break;
      case AWAIT_TURN:
        if (this.#connections.joinQueue(connection)) this.#queue.push(connection);
        break;
      case AWAIT_TIME:
        this.#deadlines.add(this.#connections.wakeUs, connection);
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

  #connect(connection: number): void {
    const connections = this.#connections;
    const nowUs = monotonicUs();
    this.#context.results.start(connection, connections.isActive(connection), nowUs);
    const fd = this.#dialer.dial(connection);
    if (fd < 0) {
      this.#failConnect(connection, -fd);
      return;
    }
    this.#settle(connection, connections.connect(connection, fd, nowUs));
    if (this.#events.watch(fd, connection) < 0) {
      this.#settle(connection, connections.abort(connection, OUTCOME.error));
    }
  }

  #finishConnect(connection: number): void {
    const outcome = this.#dialer.finish(this.#connections.fd(connection));
    if (outcome !== OUTCOME.ok) {
      const isRetried = outcome === OUTCOME["no-ports"] && this.#dialer.skipSource(connection);
      if (isRetried) this.#reconnectAt(connection, 0);
      else this.#failConnect(connection, outcome);
      return;
    }
    const connectUs = this.#context.results.establish(connection, this.#dialer.local, monotonicUs());
    this.#context.clocks.connect.record(connectUs);
    this.#connector.settle();
    this.#settle(connection, this.#connections.establish(connection));
  }

  #failConnect(connection: number, outcome: number): void {
    const retryUs = this.#connector.retryUs(outcome, monotonicUs());
    if (retryUs === Number.POSITIVE_INFINITY) {
      this.#settle(connection, this.#connections.abort(connection, outcome));
      return;
    }
    this.#reconnectAt(connection, retryUs);
  }

  #reconnectAt(connection: number, timeUs: number): void {
    const fd = this.#connections.fd(connection);
    if (fd >= 0) this.#context.io.close(fd);
    this.#settle(connection, this.#connections.retryAt(connection, timeUs));
  }

  #close(connection: number): void {
    const { io, results, clocks } = this.#context;
    const { outcome, isInFlight, isOwed } = this.#connections;
    const fd = this.#connections.fd(connection);
    if (fd >= 0) io.close(fd);
    if (results.isConnecting(connection)) this.#connector.settle();
    results.close(connection, {
      outcome,
      endedUs: monotonicUs(),
      isInFlight,
      isOwed,
      p50Bucket: clocks.ofConnections.percentileBucket(connection, 50),
      p99Bucket: clocks.ofConnections.percentileBucket(connection, 99),
    });
    this.#ended++;
  }
}
