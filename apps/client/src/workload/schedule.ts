import type { Orders } from "./orders.ts";
import type { Pace } from "./pace.ts";
import type { Workload } from "./workload.ts";

/** Bounds of a run that its connections share; moments in µs on CLOCK_MONOTONIC. */
export interface RunBounds {
  readonly workload: Workload;
  /** null: a closed loop. */
  readonly pace: Pace | null;
  /** Orders of the lab, when it directs the load. */
  readonly orders: Orders | null;
  readonly begunUs: number;
  /** The moment after which no message is due. */
  readonly deadlineUs: number;
}

/** Decides when the messages of a connection begin, and when none begins any more. Allocates nothing. */
export class Schedule {
  /** Open loop: due time of the message in flight, or of the next one. */
  dueUs = 0;
  readonly #run: RunBounds;
  readonly #rank: number;
  /** Messages that have begun, all and before the load was last resumed. */
  #begun = 0;
  #begunBefore = 0;

  /** @param rank place of the connection among the active ones */
  constructor(run: RunBounds, rank: number) {
    this.#run = run;
    this.#rank = rank;
  }

  /** Counts due times from the moment when messages began, or began again. */
  resume(): void {
    this.#begunBefore = this.#begun;
  }

  noteBegun(): void {
    this.#begun++;
  }

  /** Open loop: goes on to the next due time. @returns it, or the deadline where that is earlier */
  awaitDueUs(): number {
    const { pace, begunUs, deadlineUs } = this.#run;
    this.dueUs = begunUs + (pace?.dueUs(this.#rank, this.#begun - this.#begunBefore) ?? 0);
    return Math.min(this.dueUs, deadlineUs);
  }

  /**
   * Returns whether no further message may begin. In an open loop the messages that are due before the end are sent,
   * late if need be, within one time-out. The lab's order to park ends a load at once.
   */
  isPastEnd(nowUs: number): boolean {
    const { deadlineUs } = this.#run;
    return nowUs >= (this.dueUs < deadlineUs ? this.lastBeginUs : deadlineUs);
  }

  /** The moment after which no message begins. */
  get lastBeginUs(): number {
    const { workload, pace, orders, deadlineUs } = this.#run;
    return pace === null || orders !== null ? deadlineUs : deadlineUs + workload.timeoutMs * 1000;
  }

  /** Open loop: counts messages that were due before the end of the run and never sent. */
  countUnsent(endUs: number): number {
    const { pace, begunUs, workload, orders } = this.#run;
    if (pace === null || begunUs === 0 || orders !== null) return 0;
    const due = pace.dueBefore(this.#rank, endUs - begunUs);
    return Math.max(0, Math.min(due, workload.messagesEach) - this.#begun);
  }
}
