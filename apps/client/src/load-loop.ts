import {
  addressFamily,
  check,
  getIntOption,
  monotonicUs,
  monotonicUsOf,
  posix,
  SOCKADDR_BYTES,
} from "@c10k-lab/posix";
import { ROW_CLOSED } from "@c10k-lab/stats";
import { Deadlines } from "./deadlines.ts";
import { OUTCOME, outcomeOfErrno } from "./failure.ts";
import { CONNECTS_IN_FLIGHT, EVENTS_PER_WAIT, RETRY_MS, STARTS_PER_TURN, SWEEP_MS } from "./limits.ts";
import {
  AWAIT_THINK,
  AWAIT_TURN,
  CONNECTING,
  ENDED,
  FAILED,
  HOLDING,
  LoadConnection,
  type LoadContext,
  type Need,
  READY,
  SATISFIED,
  THINKING,
  WAITING,
  WORKING,
} from "./load-connection.ts";
import { LIVE, RESULT } from "./results-table.ts";

const MORE_THAN_DATA = posix.EPOLLRDHUP | posix.EPOLLHUP | posix.EPOLLERR;
/** Set once a connection and never changed: an edge-triggered EPOLLOUT costs nothing until a socket was full. */
const INTEREST = posix.EPOLLIN | posix.EPOLLOUT | posix.EPOLLRDHUP | posix.EPOLLET;
/** In an event, where a connection's index stands for an ordinary one. */
const STOP = -1;

/**
 * One thread that drives every connection over epoll(7): connect all, wait at the barrier until all are established or
 * failed, then send, verify and time until each has had enough.
 */
export class LoadLoop {
  readonly #context: LoadContext;
  readonly #target: Uint8Array;
  readonly #epfd: number;
  readonly #events = new Int32Array(EVENTS_PER_WAIT * posix.EPOLL_EVENT_WORDS);
  readonly #connections: LoadConnection[];
  readonly #deadlines: Deadlines;
  #queue: LoadConnection[] = [];
  /** The earliest moment for messages, on CLOCK_MONOTONIC; 0: no such bound. */
  readonly #startAtUs: number;
  #startedUs = 0;
  #nextSweepUs = 0;
  #launched = 0;
  #connecting = 0;
  #ended = 0;
  /** Connections below this index have been given their first message. */
  #begun = 0;
  #isBarrierOpen = false;
  #isStopped = false;

  /**
   * @param target address of the server
   * @param stopFd becomes readable when the run is to be interrupted
   */
  constructor(context: LoadContext, target: Uint8Array, stopFd: number) {
    this.#context = context;
    this.#target = target;
    const { connections, startAtMs } = context.workload;
    this.#startAtUs = startAtMs === null ? 0 : monotonicUsOf(startAtMs);
    this.#connections = Array.from({ length: connections }, (_, index) => new LoadConnection(context, index));
    this.#deadlines = new Deadlines(connections);
    this.#epfd = check(posix.epoll_create1(posix.EPOLL_CLOEXEC), "epoll_create1", "");
    check(posix.epoll_ctl(this.#epfd, posix.EPOLL_CTL_ADD, stopFd, posix.EPOLLIN, STOP), "epoll_ctl", "");
  }

  /** Returns when every connection has ended. */
  run(): void {
    this.#startedUs = monotonicUs();
    while (this.#ended < this.#connections.length) {
      this.#openBarrier();
      this.#launch();
      this.#beginWork();
      this.#wait();
      this.#serveQueue();
      this.#wakeSleepers();
      this.#sweep();
      if (this.#isStopped) this.#interrupt();
    }
    posix.close(this.#epfd);
  }

  #launch(): void {
    const { connectRate, barrier } = this.#context.workload;
    if (!barrier && !this.#isBarrierOpen) return;
    const dueNow = ((monotonicUs() - this.#startedUs) / 1e6) * connectRate + 1;
    const most = Math.min(this.#connections.length, this.#launched + STARTS_PER_TURN, dueNow);
    while (this.#launched < most && this.#connecting < CONNECTS_IN_FLIGHT) {
      this.#connecting++;
      this.#connect(this.#connections[this.#launched++]);
    }
    this.#context.results.live[LIVE.attempted] = this.#launched;
  }

  #connect(connection: LoadConnection): void {
    connection.state = CONNECTING;
    const outcome = this.#startConnect(connection);
    if (outcome !== OUTCOME.ok) this.#afterConnectFailure(connection, outcome);
  }

  /** @returns ok, or the outcome it has already */
  #startConnect(connection: LoadConnection): number {
    this.#set(connection, RESULT.planned, this.#context.workload.messagesEach);
    this.#set(connection, RESULT.startedUs, monotonicUs());
    const type = posix.SOCK_STREAM | posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;
    const fd = posix.socket(addressFamily(this.#target), type, 0);
    if (fd < 0) return outcomeOfErrno(-fd);
    connection.fd = fd;
    posix.setsockopt(fd, posix.IPPROTO_TCP, posix.TCP_NODELAY, ONE);
    const failed = posix.connect(fd, this.#target);
    if (failed < 0 && failed !== -posix.EINPROGRESS) return outcomeOfErrno(-failed);
    const unwatched = posix.epoll_ctl(this.#epfd, posix.EPOLL_CTL_ADD, fd, INTEREST, connection.index);
    return unwatched < 0 ? OUTCOME.error : OUTCOME.ok;
  }

  #established(connection: LoadConnection): void {
    const outcome = connectOutcome(connection.fd);
    if (outcome !== OUTCOME.ok) {
      this.#afterConnectFailure(connection, outcome);
      return;
    }
    const { results, connect, workload } = this.#context;
    const nowUs = monotonicUs();
    results.setLocal(connection.index, local);
    connect.record(nowUs - results.rows.get(connection.index, RESULT.startedUs));
    this.#set(connection, RESULT.establishedUs, nowUs);
    this.#connecting--;
    results.live[LIVE.established]++;
    results.live[LIVE.open]++;
    results.live[LIVE.peak] = Math.max(results.live[LIVE.peak], results.live[LIVE.open]);
    connection.state = READY;
    if (!workload.barrier) this.#begin(connection);
  }

  /** A server that is not there yet is waited for; any other failure ends the connection. */
  #afterConnectFailure(connection: LoadConnection, outcome: number): void {
    const nowUs = monotonicUs();
    const isAbsent = outcome === OUTCOME.refused || outcome === OUTCOME["self-connect"];
    if (!isAbsent || nowUs >= this.#startedUs + this.#context.workload.waitForServerMs * 1000) {
      this.#end(connection, outcome);
      return;
    }
    posix.close(connection.fd);
    connection.fd = -1;
    connection.state = WAITING;
    this.#deadlines.add(nowUs + RETRY_MS * 1000, connection.index);
  }

  /** All are established or failed, and the moment has come: the time of the messages begins. */
  #openBarrier(): void {
    if (this.#isBarrierOpen || !this.#isEveryoneHere) return;
    const { workload } = this.#context;
    const nowUs = monotonicUs();
    if (nowUs < this.#startAtUs) return;
    this.#isBarrierOpen = true;
    if (!workload.barrier) this.#startedUs = nowUs;
    if (this.#startAtUs > 0) this.#context.startLagMs = (nowUs - this.#startAtUs) / 1000;
    this.#context.deadlineUs = nowUs + workload.durationMs * 1000;
  }

  /** Nobody has to be waited for any more. */
  get #isEveryoneHere(): boolean {
    return (
      !this.#context.workload.barrier ||
      (this.#launched === this.#connections.length && this.#connecting === 0)
    );
  }

  #beginWork(): void {
    if (!this.#isBarrierOpen || !this.#context.workload.barrier) return;
    const most = Math.min(this.#connections.length, this.#begun + STARTS_PER_TURN);
    for (; this.#begun < most; this.#begun++) {
      const connection = this.#connections[this.#begun];
      if (connection.state === READY) this.#begin(connection);
    }
  }

  #begin(connection: LoadConnection): void {
    this.#settle(connection, connection.begin());
  }

  #wait(): void {
    const ready = posix.epoll_wait(this.#epfd, this.#events, this.#timeoutMs());
    for (let index = 0; index < ready; index++) {
      const word = index * posix.EPOLL_EVENT_WORDS;
      const connection = this.#events[word + posix.EPOLL_EVENT_DATA_WORD + 1];
      if (connection === STOP) this.#isStopped = true;
      else this.#dispatch(this.#connections[connection], this.#events[word]);
    }
  }

  #timeoutMs(): number {
    const { workload } = this.#context;
    if (!this.#isBarrierOpen && this.#isEveryoneHere) return this.#untilStartMs();
    const hasStarts =
      (this.#launched < this.#connections.length &&
        this.#connecting < CONNECTS_IN_FLIGHT &&
        workload.connectRate === Number.POSITIVE_INFINITY) ||
      (this.#isBarrierOpen && workload.barrier && this.#begun < this.#connections.length);
    if (hasStarts || this.#queue.length > 0) return 0;
    const launchMs = this.#launched < this.#connections.length ? 1000 / workload.connectRate : SWEEP_MS;
    const untilMs = (this.#deadlines.nextUs - monotonicUs()) / 1000;
    return Math.max(0, Math.ceil(Math.min(SWEEP_MS, launchMs, untilMs)));
  }

  /** Rounded down: the last millisecond is spent awake, so that clients started together begin together. */
  #untilStartMs(): number {
    const untilMs = (this.#startAtUs - monotonicUs()) / 1000;
    return Math.max(0, Math.floor(Math.min(SWEEP_MS, untilMs)));
  }

  #dispatch(connection: LoadConnection, events: number): void {
    const toTheEnd = (events & MORE_THAN_DATA) !== 0;
    if (connection.state === CONNECTING) this.#established(connection);
    // No else: an edge is told once, and the one that tells of the connection may tell of its end as well.
    if (connection.state === WORKING) {
      this.#settle(connection, connection.serve(toTheEnd));
    } else if (
      connection.state !== ENDED &&
      connection.state !== WAITING &&
      (toTheEnd || (events & posix.EPOLLIN) !== 0)
    ) {
      this.#settle(connection, connection.probe());
    }
  }

  #serveQueue(): void {
    if (this.#queue.length === 0) return;
    const queued = this.#queue;
    this.#queue = [];
    for (const connection of queued) {
      if (connection.state === WORKING) this.#settle(connection, connection.serve(true));
    }
  }

  /** Does what a connection needs after its turn. */
  #settle(connection: LoadConnection, need: Need): void {
    if (need === AWAIT_TURN) this.#queue.push(connection);
    else if (need === AWAIT_THINK)
      this.#sleep(connection, THINKING, this.#context.workload.thinkMs, monotonicUs());
    else if (need === SATISFIED) this.#hold(connection);
    else if (need === FAILED) this.#end(connection, connection.outcome);
  }

  /** The connection has done its work; it stays open until it is as old as it was told to get. */
  #hold(connection: LoadConnection): void {
    const { workload, results } = this.#context;
    const establishedUs = results.rows.get(connection.index, RESULT.establishedUs);
    if (workload.holdMs.to === 0) this.#end(connection, OUTCOME.ok);
    else this.#sleep(connection, HOLDING, workload.holdMs, establishedUs);
  }

  #sleep(
    connection: LoadConnection,
    state: number,
    range: { readonly from: number; readonly to: number },
    sinceUs: number,
  ): void {
    connection.state = state;
    const dueUs = sinceUs + connection.draw(range) * 1000;
    const latestUs = state === THINKING ? this.#context.deadlineUs : Number.POSITIVE_INFINITY;
    this.#deadlines.add(Math.min(dueUs, latestUs), connection.index);
  }

  #wakeSleepers(): void {
    const nowUs = monotonicUs();
    while (this.#deadlines.nextUs <= nowUs) {
      const connection = this.#connections[this.#deadlines.take()];
      if (connection.state === HOLDING) this.#end(connection, OUTCOME.ok);
      else if (connection.state === THINKING) this.#resume(connection, nowUs);
      else if (connection.state === WAITING) this.#connect(connection);
    }
  }

  #resume(connection: LoadConnection, nowUs: number): void {
    if (nowUs >= this.#context.deadlineUs) this.#hold(connection);
    else this.#begin(connection);
  }

  #sweep(): void {
    const nowUs = monotonicUs();
    if (nowUs < this.#nextSweepUs) return;
    this.#nextSweepUs = nowUs + SWEEP_MS * 1000;
    const { workload, results, response } = this.#context;
    results.live[LIVE.p50Us] = response.percentile(50);
    results.live[LIVE.p99Us] = response.percentile(99);
    const connectedSinceUs = nowUs - workload.connectTimeoutMs * 1000;
    const activeSinceUs = nowUs - workload.timeoutMs * 1000;
    for (let index = 0; index < this.#launched; index++) {
      const connection = this.#connections[index];
      if (connection.state === WORKING && connection.lastProgressUs < activeSinceUs) {
        this.#end(connection, OUTCOME.timeout);
      } else if (
        connection.state === CONNECTING &&
        results.rows.get(index, RESULT.startedUs) < connectedSinceUs
      ) {
        this.#end(connection, OUTCOME["connect-timeout"]);
      }
    }
  }

  #interrupt(): void {
    for (const connection of this.#connections) {
      if (connection.state !== ENDED) this.#end(connection, OUTCOME.interrupted);
    }
  }

  /** Closes a connection and publishes its row. */
  #end(connection: LoadConnection, outcome: number): void {
    const { results, responseTimes } = this.#context;
    const isEstablished = connection.state !== CONNECTING && connection.state !== WAITING;
    if (isEstablished) results.live[LIVE.open]--;
    else if (results.rows.get(connection.index, RESULT.startedUs) > 0) this.#connecting--;
    connection.state = ENDED;
    if (connection.fd >= 0) posix.close(connection.fd);
    this.#ended++;
    this.#set(connection, RESULT.endedUs, monotonicUs());
    this.#set(connection, RESULT.outcome, outcome);
    this.#set(
      connection,
      RESULT.responseP50Us,
      this.#clamp(connection, responseTimes.percentile(connection.index, 50)),
    );
    this.#set(
      connection,
      RESULT.responseP99Us,
      this.#clamp(connection, responseTimes.percentile(connection.index, 99)),
    );
    results.rows.publish(connection.index, ROW_CLOSED);
  }

  /** A bucket's middle may lie outside what was measured. */
  #clamp({ index }: LoadConnection, us: number): number {
    const { rows } = this.#context.results;
    return Math.min(
      rows.get(index, RESULT.responseMaxUs),
      Math.max(rows.get(index, RESULT.responseMinUs), us),
    );
  }

  #set(connection: LoadConnection, field: number, value: number): void {
    this.#context.results.rows.set(connection.index, field, value);
  }
}

const ONE = Int32Array.of(1);
const local = new Uint8Array(SOCKADDR_BYTES);
const peer = new Uint8Array(SOCKADDR_BYTES);

/**
 * What became of connect(2). With no server, the kernel may pick the target's own port as the local one and connect the
 * socket to itself, which would echo perfectly. Leaves the local address in `local`.
 */
function connectOutcome(fd: number): number {
  const error = getIntOption(fd, posix.SOL_SOCKET, posix.SO_ERROR);
  if (error !== 0) return outcomeOfErrno(error);
  posix.getsockname(fd, local);
  posix.getpeername(fd, peer);
  return local.every((byte, at) => byte === peer[at]) ? OUTCOME["self-connect"] : OUTCOME.ok;
}
