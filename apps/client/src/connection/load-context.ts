import { posix } from "@c10k-lab/posix";
import type { ClientSummary } from "@c10k-lab/protocol";
import type { SocketIo } from "../io/load-io.ts";
import { Clocks } from "../measure/clocks.ts";
import { SCRATCH_BYTES } from "../measure/limits.ts";
import { LoopEvidence } from "../measure/loop-evidence.ts";
import { ResponseTimes } from "../measure/response-times.ts";
import type { ResultsTable } from "../measure/results-table.ts";
import { Activity } from "../workload/activity.ts";
import type { Orders } from "../workload/orders.ts";
import { Pace } from "../workload/pace.ts";
import type { PayloadPool } from "../workload/payload.ts";
import type { Workload } from "../workload/workload.ts";

/** State that the connections of one loop share. */
export class LoadContext {
  readonly workload: Workload;
  readonly pool: PayloadPool;
  readonly results: ResultsTable;
  readonly io: SocketIo;
  readonly clocks: Clocks;
  readonly activity: Activity;
  /** Due times of the messages; null: a closed loop, where each message leaves when the last one is back. */
  readonly pace: Pace | null;
  readonly evidence = new LoopEvidence();
  /** Bytes that were received last. */
  readonly scratch: Buffer;
  /** The moment when messages began, and the moment after which none begins (µs, CLOCK_MONOTONIC). */
  begunUs = 0;
  deadlineUs = Number.POSITIVE_INFINITY;
  /** Open loop: time after the deadline in which messages that were due before it are still sent. */
  graceUs: number;
  /** The moment when the last active connection had done its work, or the interrupt came. */
  endedUs = 0;
  /** Delay of the first message after --start-at; null when no moment was asked for. */
  startLagMs: number | null = null;
  /** Active connections that are established and wait for their first echo. */
  awaited = 0;
  /** Active connections that have not done their work. */
  working: number;
  /** Orders of the lab, when it directs this load; null: the workload's own bounds end it. */
  readonly orders: Orders | null;
  /** The lab's word for the first message; null: it waits for none. */
  readonly gate: Orders | null;
  /** The first echo that differed; null when none did. */
  firstWrong: ClientSummary["firstWrong"] = null;
  /** Idle connections whose echo is in flight. */
  proving = 0;

  constructor(
    workload: Workload,
    pool: PayloadPool,
    results: ResultsTable,
    {
      io = posix,
      scratch = Buffer.alloc(SCRATCH_BYTES),
      orders = null,
      gate = null,
    }: {
      readonly io?: SocketIo;
      readonly scratch?: Buffer;
      readonly orders?: Orders | null;
      readonly gate?: Orders | null;
    } = {},
  ) {
    this.workload = workload;
    this.pool = pool;
    this.results = results;
    this.io = io;
    this.scratch = scratch;
    this.orders = orders;
    this.gate = gate;
    this.graceUs = workload.timeoutMs * 1000;
    this.working = orders === null ? workload.active : 0;
    this.clocks = new Clocks(results, new ResponseTimes(workload.connections));
    // A directed load measures nothing before its first slice.
    if (orders !== null) this.clocks.endSlice(0);
    this.activity = new Activity(workload.connections, workload.active);
    this.pace = workload.ratePerSecond === null ? null : new Pace(workload.ratePerSecond, workload.active);
  }
}
