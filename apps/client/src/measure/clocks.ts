import { LatencyHistogram } from "@c10k-lab/stats";
import type { Pace } from "../workload/pace.ts";
import type { ResponseTimes } from "./response-times.ts";
import { LIVE, RESULT, type ResultsTable } from "./results-table.ts";

/** The clocks of a run, each a histogram of microseconds. The methods allocate nothing. */
export class Clocks {
  readonly connect = new LatencyHistogram();
  readonly firstResponse = new LatencyHistogram();
  readonly response = new LatencyHistogram();
  readonly intended = new LatencyHistogram();
  /** Response times of each connection. */
  readonly ofConnections: ResponseTimes;
  /** The moments when the first message after the warm-up was sent and the last one was back; 0: none. */
  firstSentUs = 0;
  lastDoneUs = 0;
  readonly #results: ResultsTable;
  /** End of the warm-up. */
  #steadyUs = 0;
  /** Response times are recorded of messages sent, or due, from then on and before then (µs, CLOCK_MONOTONIC). */
  #measuredFromUs = 0;
  #measuredToUs = Number.POSITIVE_INFINITY;

  constructor(results: ResultsTable, ofConnections: ResponseTimes) {
    this.#results = results;
    this.ofConnections = ofConnections;
  }

  /** Records no time of messages that begin before then: they warm up server and client. */
  warmUpUntil(us: number): void {
    this.#steadyUs = us;
  }

  /** Measures the messages sent, or due, from now on. */
  beginSlice(nowUs: number): void {
    this.#measuredFromUs = nowUs;
    this.#measuredToUs = Number.POSITIVE_INFINITY;
  }

  /** Measures no message sent, or due, from now on. */
  endSlice(nowUs: number): void {
    this.#measuredToUs = nowUs;
  }

  recordIntended(dueUs: number, nowUs: number): void {
    if (this.#isMeasured(dueUs) && dueUs >= this.#steadyUs) this.intended.record(nowUs - dueUs);
  }

  /**
   * Open loop: counts the messages that were due in the slice, sent or not.
   *
   * @param begunUs the moment from which due times count
   * @returns null in a closed loop, and when no slice has ended
   */
  countDue(pace: Pace | null, begunUs: number): number | null {
    const hasEnded = this.#measuredToUs > 0 && this.#measuredToUs < Number.POSITIVE_INFINITY;
    if (pace === null || !hasEnded) return null;
    return (
      pace.allDueBefore(this.#measuredToUs - begunUs) - pace.allDueBefore(this.#measuredFromUs - begunUs)
    );
  }

  #isMeasured(us: number): boolean {
    return us >= this.#measuredFromUs && us < this.#measuredToUs;
  }

  /** @param beginUs the moment when the message was due, or of a closed loop when it was sent */
  noteSent(beginUs: number, nowUs: number): void {
    if (this.firstSentUs === 0 && beginUs >= this.#steadyUs) this.firstSentUs = nowUs;
  }

  /**
   * Records a message that is back and verified.
   *
   * @param beginUs as in `noteSent`: a message that was due in the warm-up and sent after it tells of the warm-up
   * @returns true when it is the connection's first
   */
  recordResponse(connection: number, beginUs: number, sentUs: number, nowUs: number): boolean {
    const { rows, live } = this.#results;
    const { values } = rows;
    const row = connection * rows.fields;
    const us = nowUs - sentUs;
    const isFirst = ++values[row + RESULT.completed] === 1;
    live[LIVE.messages]++;
    if (isFirst) {
      values[row + RESULT.firstResponseUs] = us;
      this.firstResponse.record(us);
    }
    if (beginUs < this.#steadyUs) live[LIVE.warmup]++;
    else this.#recordSteady(connection, sentUs, nowUs);
    return isFirst;
  }

  #recordSteady(connection: number, sentUs: number, nowUs: number): void {
    const { rows } = this.#results;
    const { values } = rows;
    const row = connection * rows.fields;
    const us = nowUs - sentUs;
    const isFirst = ++values[row + RESULT.measured] === 1;
    values[row + RESULT.responseSumUs] += us;
    if (isFirst || us < values[row + RESULT.responseMinUs]) values[row + RESULT.responseMinUs] = us;
    if (us > values[row + RESULT.responseMaxUs]) values[row + RESULT.responseMaxUs] = us;
    if (this.#isMeasured(sentUs)) this.response.record(us);
    this.ofConnections.record(connection, us);
    this.lastDoneUs = nowUs;
  }
}
