import { Clocks } from "../measure/clocks.ts";
import { SCRATCH_BYTES } from "../measure/limits.ts";
import { LoopEvidence } from "../measure/loop-evidence.ts";
import { ResponseTimes } from "../measure/response-times.ts";
import { LIVE, type ResultsTable } from "../measure/results-table.ts";
import { Activity } from "../workload/activity.ts";
import { Pace } from "../workload/pace.ts";
import type { PayloadPool } from "../workload/payload.ts";
import type { Workload } from "../workload/workload.ts";

/** What the connections of one loop share. */
export class LoadContext {
  readonly workload: Workload;
  readonly pool: PayloadPool;
  readonly results: ResultsTable;
  readonly clocks: Clocks;
  readonly activity: Activity;
  /** When messages are due; null: a closed loop, each is due when the last one is back. */
  readonly pace: Pace | null;
  readonly evidence = new LoopEvidence();
  readonly scratch = Buffer.alloc(SCRATCH_BYTES);
  /** The beginning of the messages, and the moment after which none starts. */
  begunUs = 0;
  deadlineUs = Number.POSITIVE_INFINITY;
  /** When the last connection had done its work, or was interrupted. */
  endedUs = 0;
  /** How late the messages began; null when no moment was asked for. */
  startLagMs: number | null = null;
  /** Active connections whose first echo is still to come. */
  awaited = 0;
  /** Open connections that have had a verified echo. */
  #proven = 0;

  constructor(workload: Workload, pool: PayloadPool, results: ResultsTable) {
    this.workload = workload;
    this.pool = pool;
    this.results = results;
    this.clocks = new Clocks(results, new ResponseTimes(workload.connections));
    this.activity = new Activity(workload.connections, workload.active);
    this.pace = workload.ratePerSecond === null ? null : new Pace(workload.ratePerSecond, workload.active);
  }

  /** A connection had its first verified echo. */
  proven(): void {
    const { live } = this.results;
    this.#proven++;
    live[LIVE.held] = Math.max(live[LIVE.held], this.#proven);
  }

  /** Such a connection is closed. */
  provenClosed(): void {
    this.#proven--;
  }
}
