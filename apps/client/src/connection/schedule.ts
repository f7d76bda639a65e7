import { RESULT } from "../measure/results-table.ts";
import { type ConnectionTable, DOUBLE, doubleAt } from "./connection-table.ts";
import type { LoadContext } from "./load-context.ts";
import type { Messages } from "./messages.ts";

/**
 * Decides when the messages of each connection begin, when none begins any more, and when the connection leaves. Allocates
 * nothing.
 */
export class Schedule {
  readonly #run: LoadContext;
  readonly #messages: Messages;
  readonly #doubles: Float64Array;

  constructor(run: LoadContext, messages: Messages, { doubles }: ConnectionTable) {
    this.#run = run;
    this.#messages = messages;
    this.#doubles = doubles;
  }

  /** Open loop: due time of the message in flight, or of the next one. */
  dueUs(connection: number): number {
    return this.#doubles[doubleAt(connection, DOUBLE.dueUs)];
  }

  /** Counts due times from the moment when messages began, or began again. */
  resume(connection: number): void {
    this.#doubles[doubleAt(connection, DOUBLE.begun)] = 0;
  }

  noteBegun(connection: number): void {
    this.#doubles[doubleAt(connection, DOUBLE.begun)]++;
  }

  /** Open loop: goes on to the next due time. @returns it, or the deadline where that is earlier */
  awaitDueUs(connection: number): number {
    const { pace, activity, begunUs, deadlineUs } = this.#run;
    const begun = this.#doubles[doubleAt(connection, DOUBLE.begun)];
    const dueUs = begunUs + (pace?.dueUs(activity.rank(connection), begun) ?? 0);
    this.#doubles[doubleAt(connection, DOUBLE.dueUs)] = dueUs;
    return Math.min(dueUs, deadlineUs);
  }

  /**
   * Returns whether no further message may begin. In an open loop the messages that are due before the end are sent,
   * late if need be, within one time-out, or within the time that the lab's order to park gives.
   */
  isPastEnd(connection: number, nowUs: number): boolean {
    const { deadlineUs } = this.#run;
    return nowUs >= (this.dueUs(connection) < deadlineUs ? this.lastBeginUs : deadlineUs);
  }

  /** The moment after which no message begins. */
  get lastBeginUs(): number {
    const { pace, deadlineUs, graceUs } = this.#run;
    return pace === null ? deadlineUs : deadlineUs + graceUs;
  }

  /** Returns whether the connection has exchanged all messages or bytes that it was asked for. */
  hasEnough(connection: number): boolean {
    const { workload, results } = this.#run;
    const row = connection * results.rows.fields;
    return (
      results.rows.values[row + RESULT.completed] >= workload.messagesEach ||
      results.rows.values[row + RESULT.bytesReceived] >= workload.bytesEach
    );
  }

  /** Returns the end of the pause between two messages. */
  thinkUntilUs(connection: number, nowUs: number): number {
    const { workload, deadlineUs } = this.#run;
    return Math.min(nowUs + this.#drawUs(connection, workload.thinkMs), deadlineUs);
  }

  /** Returns the moment when the connection is as old as --hold says. */
  holdUntilUs(connection: number): number {
    const { workload, results } = this.#run;
    return results.establishedUs(connection) + this.#drawUs(connection, workload.holdMs);
  }

  /** Open loop: counts messages that were due before the end of the run and never sent. */
  countUnsent(connection: number, endUs: number): number {
    const { pace, activity, begunUs, workload, orders } = this.#run;
    if (pace === null || begunUs === 0 || orders !== null) return 0;
    const due = pace.dueBefore(activity.rank(connection), endUs - begunUs);
    return Math.max(
      0,
      Math.min(due, workload.messagesEach) - this.#doubles[doubleAt(connection, DOUBLE.begun)],
    );
  }

  /** Draws a time from a range of milliseconds. */
  #drawUs(connection: number, { from, to }: { readonly from: number; readonly to: number }): number {
    return (from === to ? from : this.#messages.draw(connection, from, to)) * 1000;
  }
}
