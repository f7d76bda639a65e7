import { monotonicUs, posix } from "@c10k-lab/posix";
import { LatencyHistogram } from "@c10k-lab/stats";
import { OUTCOME, outcomeOfErrno } from "./failure.ts";
import { READS_PER_TURN, SCRATCH_BYTES } from "./limits.ts";
import type { PayloadPool } from "./payload.ts";
import { nextState, pick, stateOf } from "./random.ts";
import type { ResponseTimes } from "./response-times.ts";
import { LIVE, RESULT, type ResultsTable } from "./results-table.ts";
import type { Workload } from "./workload.ts";

/** What a connection needs next. */
const AWAIT_EVENT = 0;
/** Its turn is over, but it may have more to read: come back without waiting. */
export const AWAIT_TURN = 1;
/** Its next message is due after a pause. */
export const AWAIT_THINK = 2;
/** It has done all it was asked for. */
export const SATISFIED = 3;
/** Ended by an error: see `outcome`. */
export const FAILED = 4;
export type Need =
  | typeof AWAIT_EVENT
  | typeof AWAIT_TURN
  | typeof AWAIT_THINK
  | typeof SATISFIED
  | typeof FAILED;

/** Where a connection is in its life. */
export const CONNECTING = 0;
export const READY = 1;
export const WORKING = 2;
export const THINKING = 3;
export const HOLDING = 4;
export const ENDED = 5;
/** For a server that does not listen yet. */
export const WAITING = 6;

/** What the connections of one loop share. */
export class LoadContext {
  readonly workload: Workload;
  readonly pool: PayloadPool;
  readonly results: ResultsTable;
  readonly responseTimes: ResponseTimes;
  readonly connect = new LatencyHistogram();
  readonly firstResponse = new LatencyHistogram();
  readonly response = new LatencyHistogram();
  readonly scratch = Buffer.alloc(SCRATCH_BYTES);
  /** No message starts after this moment. */
  deadlineUs = Number.POSITIVE_INFINITY;
  /** How late the messages began; null when no moment was asked for. */
  startLagMs: number | null = null;
  firstSentUs = 0;
  lastDoneUs = 0;

  constructor(workload: Workload, pool: PayloadPool, results: ResultsTable, responseTimes: ResponseTimes) {
    this.workload = workload;
    this.pool = pool;
    this.results = results;
    this.responseTimes = responseTimes;
  }
}

/**
 * One connection of the load: sends a message, takes the echo apart byte by byte, times it, goes on. A closed loop: the
 * next message leaves when the last one is back.
 *
 * The methods that run once a message allocate nothing and throw nothing.
 */
export class LoadConnection {
  /** Row in the results. */
  readonly index: number;
  fd = -1;
  state = CONNECTING;
  /** Index into OUTCOMES, once FAILED. */
  outcome = OUTCOME.ok;
  /** The last time a byte came or a message left. */
  lastProgressUs = 0;
  readonly #context: LoadContext;
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
    this.#random = stateOf(context.workload.seed, index);
  }

  /** Sends the next message, or as much of it as the socket takes. */
  begin(): Need {
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
    if (this.#context.firstSentUs === 0) this.#context.firstSentUs = this.#sentAtUs;
    return this.#send();
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
    const length = posix.recv(this.fd, this.#context.scratch, 0, SCRATCH_BYTES);
    if (length === -posix.EAGAIN || length === -posix.EINTR) return AWAIT_EVENT;
    if (length > 0) return this.#fail(OUTCOME["wrong-bytes"]);
    return this.#fail(length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
  }

  /** A time of `range` milliseconds, from this connection's random numbers. */
  draw(range: { readonly from: number; readonly to: number }): number {
    if (range.from === range.to) return range.from;
    this.#random = nextState(this.#random);
    return pick(this.#random, range.from, range.to);
  }

  #send(): Need {
    const { pool, results } = this.#context;
    const from = this.#end - this.#sizeBytes + this.#sent;
    const sent = posix.send(this.fd, pool.bytes, from, this.#sizeBytes - this.#sent);
    if (sent > 0) {
      this.#sent += sent;
      results.rows.values[this.index * results.rows.fields + RESULT.bytesSent] += sent;
      return AWAIT_EVENT;
    }
    if (sent === -posix.EAGAIN || sent === -posix.EINTR) return AWAIT_EVENT;
    return this.#fail(outcomeOfErrno(-sent));
  }

  #receive(toTheEnd: boolean): Need {
    const length = posix.recv(this.fd, this.#context.scratch, 0, SCRATCH_BYTES);
    if (length === -posix.EAGAIN) return AWAIT_EVENT;
    if (length === -posix.EINTR) return AWAIT_TURN;
    if (length <= 0) return this.#fail(length === 0 ? OUTCOME["eof-early"] : outcomeOfErrno(-length));
    const need = this.#take(length);
    if (need !== AWAIT_EVENT) return need;
    const isDrained = length < SCRATCH_BYTES && !toTheEnd && this.#sent === this.#sizeBytes;
    return isDrained ? AWAIT_EVENT : AWAIT_TURN;
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
    this.#record(nowUs - this.#sentAtUs, nowUs);
    if (this.#hasEnough(nowUs)) return SATISFIED;
    return this.#context.workload.thinkMs.to > 0 ? AWAIT_THINK : this.begin();
  }

  #record(us: number, nowUs: number): void {
    const context = this.#context;
    const { values, fields } = context.results.rows;
    const row = this.index * fields;
    const completed = ++values[row + RESULT.completed];
    values[row + RESULT.responseSumUs] += us;
    if (completed === 1) {
      values[row + RESULT.firstResponseUs] = us;
      values[row + RESULT.responseMinUs] = us;
      context.firstResponse.record(us);
    } else if (us < values[row + RESULT.responseMinUs]) {
      values[row + RESULT.responseMinUs] = us;
    }
    if (us > values[row + RESULT.responseMaxUs]) values[row + RESULT.responseMaxUs] = us;
    context.response.record(us);
    context.responseTimes.record(this.index, us);
    context.lastDoneUs = nowUs;
    context.results.live[LIVE.messages]++;
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
