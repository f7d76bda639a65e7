import { monotonicUs, posix } from "@c10k-lab/posix";
import { OUTCOME, outcomeOfErrno } from "./failure.ts";
import { READS_PER_TURN, SCRATCH_BYTES } from "./limits.ts";
import type { LoadContext } from "./load-context.ts";
import { COUNT } from "./loop-evidence.ts";
import type { Pace } from "./pace.ts";
import { nextState, pick, stateOf } from "./random.ts";
import { LIVE, RESULT } from "./results-table.ts";

/** What a connection needs next. */
const AWAIT_EVENT = 0;
/** Its turn is over, but it may have more to read: come back without waiting. */
export const AWAIT_TURN = 1;
/** Its next message is due after a pause. */
export const AWAIT_THINK = 2;
/** Its next message is due at `dueUs`. */
export const AWAIT_DUE = 3;
/** It has done all it was asked for. */
export const SATISFIED = 4;
/** The echo that was to prove it alive is back. */
export const PROVEN = 5;
/** Ended by an error: see `outcome`. */
export const FAILED = 6;
export type Need =
  | typeof AWAIT_EVENT
  | typeof AWAIT_TURN
  | typeof AWAIT_THINK
  | typeof AWAIT_DUE
  | typeof SATISFIED
  | typeof PROVEN
  | typeof FAILED;

/** Where a connection is in its life. */
export const CONNECTING = 0;
/** Established, and nothing under way. */
export const READY = 1;
/** A message is under way. */
export const WORKING = 2;
/** Between two messages. */
export const THINKING = 3;
/** Done, and not yet as old as it was told to get. */
export const HOLDING = 4;
export const ENDED = 5;
/** For a server that does not listen yet. */
export const WAITING = 6;
/** Done, while others have not had their first echo. */
export const LEAVING = 7;

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
  /** It has done all it was asked for. */
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
    if (this.#context.firstSentUs === 0) this.#context.firstSentUs = this.#sentAtUs;
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
    const { pace, begunUs, workload } = this.#context;
    const hasTransferred = this.isDone && workload.bytesEach !== Number.POSITIVE_INFINITY;
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
    const { results, responseTimes } = this.#context;
    const isInFlight = this.state === WORKING && !this.isProving;
    if (this.fd >= 0) posix.close(this.fd);
    if (this.isProven) this.#context.provenClosed();
    this.state = ENDED;
    results.close(this.index, {
      outcome,
      endedUs: monotonicUs(),
      isInFlight,
      isOwed: this.isActive && !this.isDone && outcome !== OUTCOME.interrupted,
      p50Us: responseTimes.percentile(this.index, 50),
      p99Us: responseTimes.percentile(this.index, 99),
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
    this.#record(nowUs - this.#sentAtUs, nowUs);
    if (this.#hasEnough(nowUs)) return SATISFIED;
    const { pace, workload } = this.#context;
    if (pace === null) return workload.thinkMs.to > 0 ? AWAIT_THINK : this.begin();
    const need = this.schedule(pace);
    return this.dueUs > nowUs ? need : this.begin();
  }

  #record(us: number, nowUs: number): void {
    const context = this.#context;
    const { values, fields } = context.results.rows;
    const row = this.index * fields;
    const completed = ++values[row + RESULT.completed];
    values[row + RESULT.responseSumUs] += us;
    if (completed === 1) this.#recordFirst(us);
    if (completed === 1 || us < values[row + RESULT.responseMinUs]) values[row + RESULT.responseMinUs] = us;
    if (us > values[row + RESULT.responseMaxUs]) values[row + RESULT.responseMaxUs] = us;
    context.response.record(us);
    if (context.pace !== null) context.intended.record(nowUs - this.dueUs);
    context.responseTimes.record(this.index, us);
    context.lastDoneUs = nowUs;
    context.results.live[LIVE.messages]++;
  }

  #recordFirst(us: number): void {
    const { results, firstResponse } = this.#context;
    results.rows.set(this.index, RESULT.firstResponseUs, us);
    firstResponse.record(us);
    this.#noteFirstEcho();
    this.noteAnswered();
  }

  #noteFirstEcho(): void {
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
