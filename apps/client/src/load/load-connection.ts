import { monotonicUs, posix } from "@c10k-lab/posix";
import { READS_PER_TURN, SCRATCH_BYTES } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import { LIVE, RESULT } from "../measure/results-table.ts";
import type { Pace } from "../workload/pace.ts";
import { nextState, pick, stateOf } from "../workload/random.ts";
import {
  AWAIT_DUE,
  AWAIT_EVENT,
  AWAIT_THINK,
  AWAIT_TURN,
  CONNECTING,
  ENDED,
  FAILED,
  type Need,
  PROVEN,
  SATISFIED,
  WORKING,
} from "./connection-states.ts";
import type { LoadContext } from "./load-context.ts";

/**
 * One connection of the load: sends a message, takes the echo apart byte by byte, times it, goes on. One message is under
 * way at a time: the next leaves when the last is back, or later when it is due later.
 *
 * The methods that run once a message allocate nothing and throw nothing.
 */
export class LoadConnection {
  /** Row in the results. */
  readonly index: number;
  readonly isActive: boolean;
  fd = -1;
  state = CONNECTING;
  /** Index into OUTCOMES, once FAILED. */
  outcome = OUTCOME.ok;
  /** The last time a byte came or a message left. */
  lastProgressUs = 0;
  /** When the next message is due, once AWAIT_DUE; of the one under way, when it was. Open loop only. */
  dueUs = 0;
  /** Messages of the workload begun. */
  begun = 0;
  /** It will exchange no more messages: it has done all it was asked for, or has ended. */
  isDone = false;
  /** The message under way is no measurement: its echo shows that the connection is alive. */
  isProving = false;
  /** Others do not leave before its first echo is back. */
  #isAwaited = false;
  /** An echo has come back and was verified. */
  isProven = false;
  readonly #context: LoadContext;
  readonly #rank: number;
  #random: number;
  #sizeBytes = 0;
  /** Where the message ends in the pool. */
  #end = 0;
  #sent = 0;
  #received = 0;
  #sentAtUs = 0;

  constructor(context: LoadContext, index: number) {
    this.#context = context;
    this.index = index;
    this.isActive = context.activity.isActive(index);
    this.#rank = context.activity.rank(index);
    this.#random = stateOf(context.workload.seed, index);
  }

  /** Sends the next message, or as much of it as the socket takes. */
  begin(): Need {
    this.begun++;
    this.#compose();
    this.#context.clocks.noteSent(this.#sentAtUs);
    return this.#send();
  }

  /** Sends a message that belongs to no measurement: its echo shows that the connection is alive. */
  prove(): Need {
    this.isProving = true;
    this.#compose();
    return this.#send();
  }

  /** Sends a message the connection was free to send when it was due, and notes by how much it is late. */
  beginDue(): Need {
    const need = this.begin();
    this.#context.evidence.sendLag.record(this.#sentAtUs - this.dueUs);
    return need;
  }

  /** Open loop: finds out when the next message is due. */
  schedule(pace: Pace): Need {
    this.dueUs = this.#context.begunUs + pace.dueUs(this.#rank, this.begun);
    return AWAIT_DUE;
  }

  /**
   * Open loop: messages that were due and never sent.
   *
   * @param endUs when the run was over
   */
  unsentAt(endUs: number): number {
    const { pace, begunUs, workload, results } = this.#context;
    const hasTransferred =
      workload.bytesEach !== Number.POSITIVE_INFINITY && results.outcome(this.index) === "ok";
    if (pace === null || begunUs === 0 || !this.isActive || hasTransferred) return 0;
    const due = pace.dueBefore(this.#rank, endUs - begunUs);
    return Math.max(0, Math.min(due, workload.messagesEach) - this.begun);
  }

  /**
   * Goes on with the message under way.
   *
   * @param toTheEnd a short read is no proof that the socket is drained: FIN or an error waits behind it
   */
  serve(toTheEnd: boolean): Need {
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      if (this.#sent < this.#sizeBytes && this.#send() === FAILED) return FAILED;
      const need = this.#receive(toTheEnd);
      if (need !== AWAIT_TURN) return need;
    }
    return AWAIT_TURN;
  }

  /** Looks at a connection that has nothing under way: the server may have closed it, or speak unasked. */
  probe(): Need {
    const length = this.#recv();
    if (length === -posix.EAGAIN || length === -posix.EINTR) return AWAIT_EVENT;
    if (length > 0) return this.#fail(OUTCOME["wrong-bytes"]);
    return this.#fail(length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
  }

  /** How long to pause before the next message, in microseconds. */
  thinkUs(): number {
    return this.#drawUs(this.#context.workload.thinkMs);
  }

  /** Until when it is to stay open once it is done. */
  holdUntilUs(): number {
    const { workload, results } = this.#context;
    return results.rows.get(this.index, RESULT.establishedUs) + this.#drawUs(workload.holdMs);
  }

  /** From now on the others wait for its first echo. */
  awaitAnswer(): void {
    this.#isAwaited = true;
    this.#context.awaited++;
  }

  /** Its first echo is back, or will never be. */
  noteAnswered(): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#context.awaited--;
  }

  /** Closes the socket and publishes the row. */
  close(outcome: number): void {
    const { results, clocks } = this.#context;
    const isInFlight = this.state === WORKING && !this.isProving;
    if (this.fd >= 0) posix.close(this.fd);
    if (this.isProven) this.#context.provenClosed();
    this.state = ENDED;
    results.close(this.index, {
      outcome,
      endedUs: monotonicUs(),
      isInFlight,
      isOwed: this.isActive && !this.isDone && outcome !== OUTCOME.interrupted,
      p50Us: clocks.ofConnections.percentile(this.index, 50),
      p99Us: clocks.ofConnections.percentile(this.index, 99),
    });
  }

  /** A time of `range` milliseconds, from this connection's random numbers. */
  #drawUs(range: { readonly from: number; readonly to: number }): number {
    if (range.from === range.to) return range.from * 1000;
    this.#random = nextState(this.#random);
    return pick(this.#random, range.from, range.to) * 1000;
  }

  /** Picks the text and the size of a message that leaves now. */
  #compose(): void {
    const { workload, pool } = this.#context;
    this.state = WORKING;
    this.#sizeBytes = workload.sizeBytes.from;
    let text = 0;
    if (pool.texts > 1) {
      this.#random = nextState(this.#random);
      this.#sizeBytes = pick(this.#random, workload.sizeBytes.from, workload.sizeBytes.to);
      this.#random = nextState(this.#random);
      text = pick(this.#random, 0, pool.texts - 1);
    }
    this.#end = pool.end(text);
    this.#sent = 0;
    this.#received = 0;
    this.#sentAtUs = monotonicUs();
    this.lastProgressUs = this.#sentAtUs;
  }

  #send(): Need {
    const { pool, results, evidence } = this.#context;
    const from = this.#end - this.#sizeBytes + this.#sent;
    const sent = posix.send(this.fd, pool.bytes, from, this.#sizeBytes - this.#sent);
    evidence.counts[COUNT.sends]++;
    if (sent > 0) {
      this.#sent += sent;
      results.rows.values[this.index * results.rows.fields + RESULT.bytesSent] += sent;
      return AWAIT_EVENT;
    }
    if (sent === -posix.EAGAIN || sent === -posix.EINTR) return AWAIT_EVENT;
    return this.#fail(outcomeOfErrno(-sent));
  }

  #receive(toTheEnd: boolean): Need {
    const length = this.#recv();
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length === -posix.EINTR) return AWAIT_TURN;
    if (length <= 0) return this.#fail(length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
    const need = this.#take(length);
    if (need !== AWAIT_EVENT) return need;
    const isDrained = length < SCRATCH_BYTES && !toTheEnd && this.#sent === this.#sizeBytes;
    return isDrained ? AWAIT_EVENT : AWAIT_TURN;
  }

  #recv(): number {
    const { scratch, evidence } = this.#context;
    evidence.counts[COUNT.receives]++;
    return posix.recv(this.fd, scratch, 0, SCRATCH_BYTES);
  }

  /** Verifies what came and, when the message is whole, goes on to the next. */
  #take(length: number): Need {
    const { pool, results, scratch } = this.#context;
    results.rows.values[this.index * results.rows.fields + RESULT.bytesReceived] += length;
    const from = this.#end - this.#sizeBytes + this.#received;
    this.#received += length;
    if (this.#received > this.#sent || !pool.matches(from, scratch, length)) {
      return this.#fail(OUTCOME["wrong-bytes"]);
    }
    const nowUs = monotonicUs();
    this.lastProgressUs = nowUs;
    if (this.#received < this.#sizeBytes) return AWAIT_EVENT;
    return this.isProving ? this.#takeProof() : this.#next(nowUs);
  }

  #takeProof(): Need {
    this.isProving = false;
    this.#context.results.live[LIVE.proofs]++;
    this.#noteFirstEcho();
    return PROVEN;
  }

  #next(nowUs: number): Need {
    const { clocks, pace, workload } = this.#context;
    const isFirst = clocks.recordResponse(this.index, this.#sentAtUs, nowUs);
    if (isFirst) this.#noteFirstEcho();
    if (pace !== null) clocks.intended.record(nowUs - this.dueUs);
    if (this.#hasEnough(nowUs)) return SATISFIED;
    if (pace === null) return workload.thinkMs.to > 0 ? AWAIT_THINK : this.begin();
    const need = this.schedule(pace);
    return this.dueUs > nowUs ? need : this.begin();
  }

  #noteFirstEcho(): void {
    this.noteAnswered();
    if (this.isProven) return;
    this.isProven = true;
    this.#context.proven();
  }

  #hasEnough(nowUs: number): boolean {
    const { workload, results, deadlineUs } = this.#context;
    const row = this.index * results.rows.fields;
    return (
      results.rows.values[row + RESULT.completed] >= workload.messagesEach ||
      results.rows.values[row + RESULT.bytesReceived] >= workload.bytesEach ||
      nowUs >= deadlineUs
    );
  }

  #fail(outcome: number): Need {
    this.outcome = outcome;
    return FAILED;
  }
}
