import { monotonicUs, posix } from "@c10k-lab/posix";
import { READS_PER_TURN, SCRATCH_BYTES } from "../measure/limits.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import { LIVE } from "../measure/results-table.ts";
import { Census } from "./census.ts";
import {
  AWAIT_EVENT,
  AWAIT_OTHERS,
  AWAIT_TIME,
  AWAIT_TURN,
  CLOSE,
  CONNECT,
  CONNECTING,
  ENDED,
  HOLDING,
  LEAVING,
  type Need,
  READY,
  type State,
  THINKING,
  UNSTARTED,
  WAITING,
  WORKING,
} from "./connection-states.ts";
import { ConnectionTable, FLAG } from "./connection-table.ts";
import type { LoadContext } from "./load-context.ts";
import { Messages } from "./messages.ts";
import { Schedule } from "./schedule.ts";
import { Transfers } from "./transfers.ts";

/**
 * Connections of the load, named by their row in the results: each sends a message, verifies the echo byte by byte, times
 * it, goes on. One message of a connection is in flight at a time.
 *
 *     connecting ──▶ ready ──▶ working ◀──▶ thinking
 *        ▲│                       └──work done──▶ holding ──▶ leaving ──▶ ended
 *        │▼
 *     waiting for the server
 *
 * Every failure, and an interrupt, leads to `ended`. Only this class assigns the state. A method says with a Need what
 * the loop has to do; it calls send(2) and recv(2) and no other system call. The methods that run once a message
 * allocate nothing and throw nothing.
 */
export class LoadConnections {
  /** The outcome after CLOSE: an index into OUTCOMES. */
  outcome: number = OUTCOME.ok;
  /** End of AWAIT_TIME (µs, CLOCK_MONOTONIC). */
  wakeUs = 0;
  /** After CLOSE: a message of the workload was in flight. */
  isInFlight = false;
  /** After CLOSE: work was left, and no interrupt is the reason. */
  isOwed = false;
  readonly #context: LoadContext;
  readonly #table: ConnectionTable;
  readonly #census: Census;
  readonly #messages: Messages;
  readonly #transfers: Transfers;
  readonly #schedule: Schedule;

  constructor(context: LoadContext) {
    const { workload } = context;
    const table = new ConnectionTable(workload.connections);
    this.#context = context;
    this.#table = table;
    this.#census = new Census(context, table);
    this.#messages = new Messages(context.pool, workload, table);
    this.#transfers = new Transfers(context, table, this.#messages);
    this.#schedule = new Schedule(context, this.#messages, table);
    for (let connection = 0; connection < workload.connections; connection++) {
      table.setFd(connection, -1);
      table.setState(connection, UNSTARTED);
      this.#messages.seed(connection);
    }
  }

  fd(connection: number): number {
    return this.#table.fd(connection);
  }

  state(connection: number): State {
    return this.#table.state(connection);
  }

  isActive(connection: number): boolean {
    return this.#census.isActive(connection);
  }

  /** Notes that a connection waits in the loop's queue for another turn. @returns false when it waits already */
  joinQueue(connection: number): boolean {
    if (this.#table.has(connection, FLAG.queued)) return false;
    this.#table.raise(connection, FLAG.queued);
    return true;
  }

  leaveQueue(connection: number): void {
    this.#table.clear(connection, FLAG.queued);
  }

  /** Notes that connect(2) has begun on `fd`. */
  connect(connection: number, fd: number, nowUs: number): Need {
    this.#table.setFd(connection, fd);
    this.#table.setState(connection, CONNECTING);
    this.#table.noteProgress(connection, nowUs);
    return AWAIT_EVENT;
  }

  /** Waits for a server that does not listen yet; the loop has closed the socket. */
  retryAt(connection: number, timeUs: number): Need {
    this.#table.setFd(connection, -1);
    return this.#sleep(connection, WAITING, timeUs);
  }

  /** Notes that the connection is established; without a barrier the first message leaves at once. */
  establish(connection: number): Need {
    const { workload } = this.#context;
    this.#table.setState(connection, READY);
    if (!workload.barrier) return this.begin(connection);
    if (this.isActive(connection)) this.#census.expectEcho(connection);
    return AWAIT_EVENT;
  }

  /** Begins the work, if there is any: sends the first message or, in an open loop, waits until it is due. */
  begin(connection: number): Need {
    if (this.state(connection) !== READY || !this.isActive(connection)) return AWAIT_EVENT;
    if (this.#context.orders !== null) this.#census.takeUp(connection);
    this.#schedule.resume(connection);
    return this.#context.pace === null
      ? this.#sendNext(connection, monotonicUs())
      : this.#sleep(connection, THINKING, this.#schedule.awaitDueUs(connection));
  }

  /**
   * Sends an idle connection's message; its echo shows that the connection is alive.
   *
   * @param isLast the connection ends with this echo
   */
  prove(connection: number, isLast: boolean): Need {
    if (this.state(connection) !== READY || this.isActive(connection)) return AWAIT_EVENT;
    this.#census.beginProof(connection);
    if (isLast) this.#table.raise(connection, FLAG.lastProof);
    this.#compose(connection, monotonicUs());
    return this.#send(connection);
  }

  /**
   * Goes on after an event of the socket.
   *
   * @param hasMoreThanData FIN or an error is pending as well, so a short read does not show that the socket is drained
   */
  handle(connection: number, isReadable: boolean, hasMoreThanData: boolean): Need {
    if (this.state(connection) !== WORKING)
      return isReadable || hasMoreThanData ? this.#probe(connection) : AWAIT_EVENT;
    const need = this.serve(connection, hasMoreThanData);
    // Each edge is reported once: the one that brings the last echo may report the FIN as well.
    return hasMoreThanData && this.#probe(connection) === CLOSE ? CLOSE : need;
  }

  /** Goes on with the message in flight. */
  serve(connection: number, hasMoreThanData: boolean): Need {
    if (this.state(connection) !== WORKING) return AWAIT_EVENT;
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      if (this.#messages.unsentBytes(connection) > 0 && this.#send(connection) === CLOSE) return CLOSE;
      const need = this.#receive(connection, hasMoreThanData);
      if (need !== AWAIT_TURN) return need;
    }
    return AWAIT_TURN;
  }

  /** Goes on after AWAIT_TIME. */
  wake(connection: number, nowUs: number): Need {
    if (this.state(connection) === WAITING) return CONNECT;
    if (this.state(connection) === HOLDING) return this.#depart(connection);
    if (this.state(connection) !== THINKING) return AWAIT_EVENT;
    if (this.#schedule.isPastEnd(connection, nowUs)) return this.#finish(connection);
    const need = this.#sendNext(connection, monotonicUs());
    // The connection was free when the message was due, so the client alone is late.
    if (this.#context.pace !== null) {
      this.#context.evidence.sendLag.record(
        this.#messages.sentAtUs(connection) - this.#schedule.dueUs(connection),
      );
    }
    return need;
  }

  /** Directed load, at its end: closes a parked connection. */
  leave(connection: number): Need {
    return this.state(connection) === READY && this.isActive(connection)
      ? this.#close(connection, OUTCOME.ok)
      : AWAIT_EVENT;
  }

  /** Directed load: parks a connection that waits for its next message, unless it still has to send one that was due. */
  park(connection: number, nowUs: number): Need {
    const isWaiting = this.state(connection) === THINKING;
    return isWaiting && this.#schedule.isPastEnd(connection, nowUs) ? this.#finish(connection) : AWAIT_EVENT;
  }

  /** Goes on after AWAIT_OTHERS. */
  release(connection: number): Need {
    return this.state(connection) === LEAVING ? this.#close(connection, OUTCOME.ok) : AWAIT_EVENT;
  }

  /** Closes a connection that has waited too long for connect(2) or for an echo. */
  expire(connection: number, nowUs: number): Need {
    const { workload } = this.#context;
    if (this.state(connection) === CONNECTING) {
      const isLate = this.#table.progressUs(connection) < nowUs - workload.connectTimeoutMs * 1000;
      return isLate ? this.#close(connection, OUTCOME["connect-timeout"]) : AWAIT_EVENT;
    }
    if (this.state(connection) !== WORKING) return AWAIT_EVENT;
    // A server that sends single bytes cannot prolong the run: after its end the whole rest has one time-out.
    const latestUs = this.#census.isProving(connection)
      ? Number.POSITIVE_INFINITY
      : this.#schedule.lastBeginUs;
    const isLate = Math.min(this.#table.progressUs(connection), latestUs) < nowUs - workload.timeoutMs * 1000;
    return isLate ? this.#close(connection, OUTCOME.timeout) : AWAIT_EVENT;
  }

  /** Ends the connection with an outcome that the loop found: a failed connect(2), an interrupt. */
  abort(connection: number, outcome: number): Need {
    return this.state(connection) === ENDED ? AWAIT_EVENT : this.#close(connection, outcome);
  }

  /**
   * Open loop: counts messages that were due and never sent.
   *
   * @param endUs the end of the run
   */
  countUnsent(connection: number, endUs: number): number {
    const { bytesEach } = this.#context.workload;
    const hasTransferred =
      bytesEach !== Number.POSITIVE_INFINITY && this.#context.results.outcome(connection) === "ok";
    return this.isActive(connection) && !hasTransferred ? this.#schedule.countUnsent(connection, endUs) : 0;
  }

  /** @param nowUs the message's clock starts here: without a pause, at the moment when the last one was back */
  #sendNext(connection: number, nowUs: number): Need {
    this.#schedule.noteBegun(connection);
    this.#compose(connection, nowUs);
    this.#context.clocks.noteSent(this.#beginUs(connection, nowUs), nowUs);
    return this.#send(connection);
  }

  #compose(connection: number, nowUs: number): void {
    this.#table.setState(connection, WORKING);
    this.#messages.compose(connection, nowUs);
    this.#table.noteProgress(connection, nowUs);
  }

  #send(connection: number): Need {
    const failed = this.#transfers.send(connection);
    return failed < 0 ? this.#close(connection, outcomeOfErrno(-failed)) : AWAIT_EVENT;
  }

  #receive(connection: number, hasMoreThanData: boolean): Need {
    const length = this.#transfers.receive(connection);
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length <= 0)
      return this.#close(connection, length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
    if (!this.#transfers.accept(connection, length)) return this.#close(connection, OUTCOME["wrong-bytes"]);
    const nowUs = monotonicUs();
    this.#table.noteProgress(connection, nowUs);
    if (this.#messages.isComplete(connection)) {
      const need = this.#census.isProving(connection)
        ? this.#endProof(connection)
        : this.#endMessage(connection, nowUs);
      if (this.state(connection) !== WORKING) return need;
    }
    // The next message may have left: its echo is not back yet, but a FIN may be.
    const isDrained =
      length < SCRATCH_BYTES && !hasMoreThanData && this.#messages.unsentBytes(connection) === 0;
    return isDrained ? AWAIT_EVENT : AWAIT_TURN;
  }

  /** Looks for a FIN, an error or unasked bytes on a connection that has no message in flight. */
  #probe(connection: number): Need {
    if (this.state(connection) < READY || this.state(connection) === ENDED) return AWAIT_EVENT;
    const length = this.#transfers.receive(connection);
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length > 0) {
      this.#transfers.noteUnasked(connection, length);
      return this.#close(connection, OUTCOME["wrong-bytes"]);
    }
    return this.#close(connection, length < 0 ? outcomeOfErrno(-length) : OUTCOME["eof-early"]);
  }

  #endProof(connection: number): Need {
    this.#census.endProof(connection);
    this.#context.results.live[LIVE.proofs]++;
    this.#census.noteEcho(connection);
    if (this.#table.has(connection, FLAG.lastProof)) return this.#close(connection, OUTCOME.ok);
    this.#table.setState(connection, READY);
    return AWAIT_EVENT;
  }

  #endMessage(connection: number, nowUs: number): Need {
    const { clocks, pace, workload } = this.#context;
    const sentUs = this.#messages.sentAtUs(connection);
    const beginUs = this.#beginUs(connection, sentUs);
    if (clocks.recordResponse(connection, beginUs, sentUs, nowUs)) this.#census.noteEcho(connection);
    if (pace !== null) clocks.recordIntended(beginUs, nowUs);
    if (this.#schedule.hasEnough(connection)) return this.#finish(connection);
    if (pace !== null) return this.#goOnWhenDue(connection, nowUs);
    if (this.#schedule.isPastEnd(connection, nowUs)) return this.#finish(connection);
    return workload.thinkMs.to > 0
      ? this.#sleep(connection, THINKING, this.#schedule.thinkUntilUs(connection, nowUs))
      : this.#sendNext(connection, nowUs);
  }

  /** Returns when the message in flight was due, or when it was sent in a closed loop. */
  #beginUs(connection: number, sentUs: number): number {
    return this.#context.pace === null ? sentUs : this.#schedule.dueUs(connection);
  }

  #goOnWhenDue(connection: number, nowUs: number): Need {
    const wakeUs = this.#schedule.awaitDueUs(connection);
    if (this.#schedule.dueUs(connection) > nowUs) return this.#sleep(connection, THINKING, wakeUs);
    return this.#schedule.isPastEnd(connection, nowUs)
      ? this.#finish(connection)
      : this.#sendNext(connection, nowUs);
  }

  /** Ends the work; the connection stays open until it is as old as --hold says. */
  #finish(connection: number): Need {
    const { workload, orders } = this.#context;
    this.#census.noteDone(connection);
    if (orders !== null) {
      this.#table.setState(connection, READY);
      return AWAIT_EVENT;
    }
    if (workload.holdMs.to === 0) return this.#depart(connection);
    return this.#sleep(connection, HOLDING, this.#schedule.holdUntilUs(connection));
  }

  /** No connection leaves before all have had an echo: `held` counts connections that are open at one time. */
  #depart(connection: number): Need {
    if (this.#context.awaited === 0) return this.#close(connection, OUTCOME.ok);
    this.#table.setState(connection, LEAVING);
    return AWAIT_OTHERS;
  }

  #sleep(connection: number, state: State, untilUs: number): Need {
    this.#table.setState(connection, state);
    this.wakeUs = untilUs;
    return AWAIT_TIME;
  }

  #close(connection: number, outcome: number): Need {
    this.outcome = outcome;
    this.isInFlight =
      this.state(connection) === WORKING &&
      !this.#census.isProving(connection) &&
      // A wrong echo may be as long as the message, which is still unanswered.
      (outcome === OUTCOME["wrong-bytes"] || !this.#messages.isComplete(connection));
    this.isOwed =
      this.isActive(connection) && !this.#census.isDone(connection) && outcome !== OUTCOME.interrupted;
    this.#census.remove(connection);
    this.#table.setState(connection, ENDED);
    return CLOSE;
  }
}
