import type { Activity } from "../workload/activity.ts";
import type { Orders } from "../workload/orders.ts";
import type { Pace } from "../workload/pace.ts";
import type { Workload } from "../workload/workload.ts";
import { type ConnectionTable, DOUBLE, doubleAt } from "./connection-table.ts";

/** Bounds of a run that its connections share; moments in µs on CLOCK_MONOTONIC. */
export interface RunBounds {
  readonly workload: Workload;
  /** Gives each connection its place among the active ones. */
  readonly activity: Activity;
  /** null: a closed loop. */
  readonly pace: Pace | null;
  /** Orders of the lab, when it directs the load. */
  readonly orders: Orders | null;
  readonly begunUs: number;
  /** The moment after which no message is due. */
  readonly deadlineUs: number;
}

/** Decides when the messages of each connection begin, and when none begins any more. Allocates nothing. */
export class Schedule {
  readonly #run: RunBounds;
  readonly #doubles: Float64Array;

  constructor(run: RunBounds, { doubles }: ConnectionTable) {
    this.#run = run;
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
   * late if need be, within one time-out. The lab's order to park ends a load at once.
   */
  isPastEnd(connection: number, nowUs: number): boolean {
    const { deadlineUs } = this.#run;
    return nowUs >= (this.dueUs(connection) < deadlineUs ? this.lastBeginUs : deadlineUs);
  }

  /** The moment after which no message begins. */
  get lastBeginUs(): number {
    const { workload, pace, orders, deadlineUs } = this.#run;
    return pace === null || orders !== null ? deadlineUs : deadlineUs + workload.timeoutMs * 1000;
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
}
