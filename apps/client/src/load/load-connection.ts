import { monotonicUs, posix } from "@c10k-lab/posix";
import { READS_PER_TURN, SCRATCH_BYTES } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import { LIVE, RESULT } from "../measure/results-table.ts";
import { Schedule } from "../workload/schedule.ts";
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
import type { LoadContext } from "./load-context.ts";
import { Message } from "./message.ts";

/**
 * One connection of the load: sends a message, verifies the echo byte by byte, times it, goes on. One message is in
 * flight at a time.
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
export class LoadConnection {
  /** Row in the results. */
  readonly index: number;
  readonly isActive: boolean;
  /** The outcome after CLOSE: an index into OUTCOMES. */
  outcome = OUTCOME.ok;
  /** End of AWAIT_TIME (µs, CLOCK_MONOTONIC). */
  wakeUs = 0;
  /** The connection is in the loop's queue for another turn. */
  isQueued = false;
  /** After CLOSE: a message of the workload was in flight. */
  isInFlight = false;
  /** After CLOSE: work was left, and no interrupt is the reason. */
  isOwed = false;
  readonly #context: LoadContext;
  readonly #message: Message;
  readonly #schedule: Schedule;
  #fd = -1;
  #state: State = UNSTARTED;
  /** Moment of the last byte received, the last message sent or the start of connect(2). */
  #lastProgressUs = 0;
  #isDone = false;
  #isAwaited = false;
  /** A verified echo has come back. */
  #isHeld = false;
  /** The message in flight is no measurement: its echo shows that an idle connection is alive. */
  #isProving = false;
  #isLastProof = false;

  constructor(context: LoadContext, index: number) {
    this.#context = context;
    this.index = index;
    this.isActive = context.activity.isActive(index);
    this.#schedule = new Schedule(context, context.activity.rank(index));
    this.#isDone = context.orders !== null;
    this.#message = new Message(context.pool, context.workload, index);
  }

  get fd(): number {
    return this.#fd;
  }

  get state(): State {
    return this.#state;
  }

  /** Notes that connect(2) has begun on `fd`. */
  connect(fd: number, nowUs: number): Need {
    this.#fd = fd;
    this.#state = CONNECTING;
    this.#lastProgressUs = nowUs;
    return AWAIT_EVENT;
  }

  /** Waits for a server that does not listen yet; the loop has closed the socket. */
  retryAt(timeUs: number): Need {
    this.#fd = -1;
    return this.#sleep(WAITING, timeUs);
  }

  /** Notes that the connection is established; without a barrier the first message leaves at once. */
  establish(): Need {
    const { workload } = this.#context;
    this.#state = READY;
    if (!workload.barrier) return this.begin();
    if (this.isActive) {
      this.#isAwaited = true;
      this.#context.awaited++;
    }
    return AWAIT_EVENT;
  }

  /** Begins the work, if there is any: sends the first message or, in an open loop, waits until it is due. */
  begin(): Need {
    if (this.#state !== READY || !this.isActive) return AWAIT_EVENT;
    if (this.#context.orders !== null) this.#takeUp();
    this.#schedule.resume();
    return this.#context.pace === null
      ? this.#sendNext(monotonicUs())
      : this.#sleep(THINKING, this.#schedule.awaitDueUs());
  }

  /**
   * Sends an idle connection's message; its echo shows that the connection is alive.
   *
   * @param isLast the connection ends with this echo
   */
  prove(isLast: boolean): Need {
    if (this.#state !== READY || this.isActive) return AWAIT_EVENT;
    this.#isProving = true;
    this.#isLastProof = isLast;
    this.#context.proving++;
    this.#compose(monotonicUs());
    return this.#send();
  }

  /**
   * Goes on after an event of the socket.
   *
   * @param hasMoreThanData FIN or an error is pending as well, so a short read does not show that the socket is drained
   */
  handle(isReadable: boolean, hasMoreThanData: boolean): Need {
    if (this.#state !== WORKING) return isReadable || hasMoreThanData ? this.#probe() : AWAIT_EVENT;
    const need = this.serve(hasMoreThanData);
    // Each edge is reported once: the one that brings the last echo may report the FIN as well.
    return hasMoreThanData && this.#probe() === CLOSE ? CLOSE : need;
  }

  /** Goes on with the message in flight. */
  serve(hasMoreThanData: boolean): Need {
    if (this.#state !== WORKING) return AWAIT_EVENT;
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      if (this.#message.unsentBytes > 0 && this.#send() === CLOSE) return CLOSE;
      const need = this.#receive(hasMoreThanData);
      if (need !== AWAIT_TURN) return need;
    }
    return AWAIT_TURN;
  }

  /** Goes on after AWAIT_TIME. */
  wake(nowUs: number): Need {
    if (this.#state === WAITING) return CONNECT;
    if (this.#state === HOLDING) return this.#depart();
    if (this.#state !== THINKING) return AWAIT_EVENT;
    if (this.#schedule.isPastEnd(nowUs)) return this.#finish();
    const need = this.#sendNext(monotonicUs());
    // The connection was free when the message was due, so the client alone is late.
    if (this.#context.pace !== null) {
      this.#context.evidence.sendLag.record(this.#message.sentAtUs - this.#schedule.dueUs);
    }
    return need;
  }

  /** Directed load, at its end: closes a parked connection. */
  leave(): Need {
    return this.#state === READY && this.isActive ? this.#close(OUTCOME.ok) : AWAIT_EVENT;
  }

  /** Directed load: parks a connection that waits for the due time of its next message. */
  park(): Need {
    return this.#state === THINKING ? this.#finish() : AWAIT_EVENT;
  }

  /** Goes on after AWAIT_OTHERS. */
  release(): Need {
    return this.#state === LEAVING ? this.#close(OUTCOME.ok) : AWAIT_EVENT;
  }

  /** Closes a connection that has waited too long for connect(2) or for an echo. */
  expire(nowUs: number): Need {
    const { workload } = this.#context;
    if (this.#state === CONNECTING) {
      const isLate = this.#lastProgressUs < nowUs - workload.connectTimeoutMs * 1000;
      return isLate ? this.#close(OUTCOME["connect-timeout"]) : AWAIT_EVENT;
    }
    if (this.#state !== WORKING) return AWAIT_EVENT;
    // A server that sends single bytes cannot prolong the run: after its end the whole rest has one time-out.
    const latestUs = this.#isProving ? Number.POSITIVE_INFINITY : this.#schedule.lastBeginUs;
    const isLate = Math.min(this.#lastProgressUs, latestUs) < nowUs - workload.timeoutMs * 1000;
    return isLate ? this.#close(OUTCOME.timeout) : AWAIT_EVENT;
  }

  /** Ends the connection with an outcome that the loop found: a failed connect(2), an interrupt. */
  abort(outcome: number): Need {
    return this.#state === ENDED ? AWAIT_EVENT : this.#close(outcome);
  }

  /**
   * Open loop: counts messages that were due and never sent.
   *
   * @param endUs the end of the run
   */
  countUnsent(endUs: number): number {
    const { bytesEach } = this.#context.workload;
    const hasTransferred = bytesEach !== Number.POSITIVE_INFINITY && this.outcome === OUTCOME.ok;
    return this.isActive && !hasTransferred ? this.#schedule.countUnsent(endUs) : 0;
  }

  /** @param nowUs the message's clock starts here: without a pause, at the moment when the last one was back */
  #sendNext(nowUs: number): Need {
    this.#schedule.noteBegun();
    this.#compose(nowUs);
    this.#context.clocks.noteSent(nowUs);
    return this.#send();
  }

  #compose(nowUs: number): void {
    this.#state = WORKING;
    this.#message.compose(nowUs);
    this.#lastProgressUs = nowUs;
  }

  /** Sends as much of the message as the socket takes. */
  #send(): Need {
    const { io, pool, results, evidence } = this.#context;
    const message = this.#message;
    let sent: number;
    do {
      evidence.counts[COUNT.sends]++;
      sent = io.send(this.#fd, pool.bytes, message.offset, message.unsentBytes);
    } while (sent === -posix.EINTR);
    if (sent === -posix.EAGAIN) return AWAIT_EVENT;
    if (sent < 0) return this.#close(outcomeOfErrno(-sent));
    message.noteSent(sent);
    results.rows.values[this.index * results.rows.fields + RESULT.bytesSent] += sent;
    return AWAIT_EVENT;
  }

  #receive(hasMoreThanData: boolean): Need {
    const length = this.#recv();
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length <= 0) return this.#close(length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
    if (!this.#accept(length))
      return this.#refuse(this.#message.describeWrong(this.#context.scratch, length));
    const nowUs = monotonicUs();
    this.#lastProgressUs = nowUs;
    if (this.#message.isComplete) {
      const need = this.#isProving ? this.#endProof() : this.#endMessage(nowUs);
      if (this.#state !== WORKING) return need;
    }
    // The next message may have left: its echo is not back yet, but a FIN may be.
    const isDrained = length < SCRATCH_BYTES && !hasMoreThanData && this.#message.unsentBytes === 0;
    return isDrained ? AWAIT_EVENT : AWAIT_TURN;
  }

  /** Looks for a FIN, an error or unasked bytes on a connection that has no message in flight. */
  #probe(): Need {
    if (this.#state < READY || this.#state === ENDED) return AWAIT_EVENT;
    const length = this.#recv();
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length > 0)
      return this.#refuse({
        sent: "",
        received: this.#context.scratch.toString("utf8", 0, Math.min(length, 60)),
      });
    if (length < 0) return this.#close(outcomeOfErrno(-length));
    // A connection that has done its work and only waits for others has nothing to lose.
    return this.#close(this.#state === LEAVING ? OUTCOME.ok : OUTCOME["eof-early"]);
  }

  #recv(): number {
    const { io, scratch, evidence } = this.#context;
    let length: number;
    do {
      evidence.counts[COUNT.receives]++;
      length = io.recv(this.#fd, scratch, 0, SCRATCH_BYTES);
    } while (length === -posix.EINTR);
    return length;
  }

  #accept(length: number): boolean {
    const { results, scratch } = this.#context;
    results.rows.values[this.index * results.rows.fields + RESULT.bytesReceived] += length;
    return this.#message.accept(scratch, length);
  }

  /** Ends the connection after bytes that are no echo; the first of a run are kept. */
  #refuse(wrong: { readonly sent: string; readonly received: string }): Need {
    this.#context.firstWrong ??= { connection: this.index + 1, ...wrong };
    return this.#close(OUTCOME["wrong-bytes"]);
  }

  #endProof(): Need {
    this.#isProving = false;
    this.#context.proving--;
    this.#context.results.live[LIVE.proofs]++;
    this.#noteEcho();
    if (this.#isLastProof) return this.#close(OUTCOME.ok);
    this.#state = READY;
    return AWAIT_EVENT;
  }

  #endMessage(nowUs: number): Need {
    const { clocks, pace, workload } = this.#context;
    if (clocks.recordResponse(this.index, this.#message.sentAtUs, nowUs)) this.#noteEcho();
    if (pace !== null) clocks.recordIntended(this.#message.sentAtUs, this.#schedule.dueUs, nowUs);
    if (this.#hasEnough()) return this.#finish();
    if (pace !== null) return this.#goOnWhenDue(nowUs);
    if (this.#schedule.isPastEnd(nowUs)) return this.#finish();
    return workload.thinkMs.to > 0 ? this.#think(nowUs) : this.#sendNext(nowUs);
  }

  #goOnWhenDue(nowUs: number): Need {
    const wakeUs = this.#schedule.awaitDueUs();
    if (this.#schedule.dueUs > nowUs) return this.#sleep(THINKING, wakeUs);
    return this.#schedule.isPastEnd(nowUs) ? this.#finish() : this.#sendNext(nowUs);
  }

  #hasEnough(): boolean {
    const { workload, results } = this.#context;
    const row = this.index * results.rows.fields;
    return (
      results.rows.values[row + RESULT.completed] >= workload.messagesEach ||
      results.rows.values[row + RESULT.bytesReceived] >= workload.bytesEach
    );
  }

  #think(nowUs: number): Need {
    const { workload, deadlineUs } = this.#context;
    return this.#sleep(THINKING, Math.min(nowUs + this.#drawUs(workload.thinkMs), deadlineUs));
  }

  /** Ends the work; the connection stays open until it is as old as --hold says. */
  #finish(): Need {
    const { workload, results, orders } = this.#context;
    this.#noteDone();
    if (orders !== null) {
      this.#state = READY;
      return AWAIT_EVENT;
    }
    if (workload.holdMs.to === 0) return this.#depart();
    const establishedUs = results.rows.get(this.index, RESULT.establishedUs);
    return this.#sleep(HOLDING, establishedUs + this.#drawUs(workload.holdMs));
  }

  /** No connection leaves before all have had an echo: `held` counts connections that are open at one time. */
  #depart(): Need {
    if (this.#context.awaited === 0) return this.#close(OUTCOME.ok);
    this.#state = LEAVING;
    return AWAIT_OTHERS;
  }

  #sleep(state: State, untilUs: number): Need {
    this.#state = state;
    this.wakeUs = untilUs;
    return AWAIT_TIME;
  }

  #close(outcome: number): Need {
    this.outcome = outcome;
    this.isInFlight = this.#state === WORKING && !this.#isProving && !this.#message.isComplete;
    this.isOwed = this.isActive && !this.#isDone && outcome !== OUTCOME.interrupted;
    if (this.#isProving) this.#context.proving--;
    if (this.#isHeld) this.#context.release();
    this.#noteDone();
    this.#state = ENDED;
    return CLOSE;
  }

  #noteEcho(): void {
    this.#noteAnswered();
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#context.hold();
  }

  #noteAnswered(): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#context.awaited--;
  }

  /** Directed load: has work again. */
  #takeUp(): void {
    this.#isDone = false;
    this.#context.working++;
  }

  #noteDone(): void {
    if (!this.isActive || this.#isDone) return;
    this.#isDone = true;
    this.#noteAnswered();
    this.#context.working--;
  }

  /** Draws a time from a range of milliseconds. */
  #drawUs({ from, to }: { readonly from: number; readonly to: number }): number {
    return (from === to ? from : this.#message.draw(from, to)) * 1000;
  }
}
