import { parentPort, workerData } from "node:worker_threads";
import { ownMemoryKiB, pinTo, posix, releaseStartMemory } from "@c10k-lab/posix";
import type { ClientMemory, ClientSummary, Clock, LoopClock } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { LoadContext } from "../connection/load-context.ts";
import type { WakeFds } from "../io/load-io.ts";
import { openIo } from "../io/open-io.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { type ResultsMemory, ResultsTable } from "../measure/results-table.ts";
import { settleMemory } from "../thread/collector.ts";
import { yieldOthers } from "../thread/helpers.ts";
import { Orders, type OrdersMemory } from "../workload/orders.ts";
import { PayloadPool } from "../workload/payload.ts";
import type { Workload } from "../workload/workload.ts";
import { Dialer } from "./dialer.ts";
import { LoadLoop } from "./load-loop.ts";
import { rehearse } from "./rehearsal.ts";

/** Input of the worker. */
export interface LoadWorkerData {
  readonly workload: Workload;
  readonly target: Uint8Array;
  /** Reserved for the worker's thread; null: it may run where the process may. */
  readonly processor: number | null;
  readonly wakeFds: WakeFds;
  /** Orders of a directed load, or the word of a gate; null: the workload's own bounds begin and end the load. */
  readonly orders: OrdersMemory | null;
  readonly results: ResultsMemory;
}

/** Message of the worker. */
export type LoadWorkerEvent =
  | { readonly event: "ended"; readonly result: LoadWorkerResult }
  /** All is connected, or a slice has ended. Response times of the slice, HdrHistogram V2, base64. */
  | ({ readonly event: "parked" } & Parked);

/** A load that stands by: response times of the slice before, and in an open loop the messages that were due in it. */
export interface Parked {
  readonly histograms: SliceHistograms;
  readonly due: number | null;
  readonly memory: ClientMemory;
}

type SliceHistograms = Readonly<Record<"response" | "intended", string>>;

/** Output of the worker, sent when every connection has ended. */
export interface LoadWorkerResult {
  /** HdrHistogram V2, base64. */
  readonly histograms: Record<Clock | LoopClock, string>;
  readonly startLagMs: number | null;
  /** The moments of the first message sent and of the last one back (CLOCK_MONOTONIC); 0: none. */
  readonly firstSentUs: number;
  readonly lastDoneUs: number;
  readonly unsent: number;
  readonly firstWrong: ClientSummary["firstWrong"];
  readonly loop: { readonly waits: number; readonly sends: number; readonly receives: number };
  readonly cpuUs: number;
}

const { workload, target, processor, wakeFds, orders, results } = workerData as LoadWorkerData;
if (processor !== null) pinTo([processor]);
// The kernel may end a wait 50 µs late to save power: the next message would be that late.
posix.prctl_set_timerslack(1);
const io = await openIo(workload.io, wakeFds);
const pool = new PayloadPool(workload, io.allocate);
// A directed load warms up under the lab's orders.
if (!workload.isDirected) rehearse(workload, pool, io, wakeFds);
if (processor === null && mostlyWaits(workload)) yieldOthers();
const given = orders === null ? null : new Orders(orders);
const context = new LoadContext(workload, pool, new ResultsTable(results), {
  io: io.sockets,
  scratch: io.scratch,
  orders: workload.isDirected ? given : null,
  gate: workload.isGated ? given : null,
});
if (workload.isGated) settleMemory();
else releaseStartMemory();
const atRestKiB = ownMemoryKiB("self");
/** Sums of all slices: a histogram takes a megabyte, so only where there are slices. */
const total = workload.isDirected
  ? { response: new LatencyHistogram(), intended: new LatencyHistogram() }
  : context.clocks;
const dialer = new Dialer(context.io, target, workload.source);
const loop = new LoadLoop(context, io.events, dialer, wakeFds, reportParked);
while (loop.turn()) {}
io.close();
const { clocks, evidence } = context;
if (total !== clocks) addSlice();
const result: LoadWorkerResult = {
  histograms: {
    connect: clocks.connect.encode(),
    firstResponse: clocks.firstResponse.encode(),
    response: total.response.encode(),
    intended: total.intended.encode(),
    turn: evidence.turn.encode(),
    sendLag: evidence.sendLag.encode(),
  },
  startLagMs: context.startLagMs,
  firstSentUs: clocks.firstSentUs,
  lastDoneUs: clocks.lastDoneUs,
  unsent: loop.countUnsent(),
  firstWrong: context.firstWrong,
  loop: {
    waits: evidence.counts[COUNT.waits],
    sends: evidence.counts[COUNT.sends],
    receives: evidence.counts[COUNT.receives],
  },
  cpuUs: evidence.cpuUs,
};
parentPort?.postMessage({ event: "ended", result } satisfies LoadWorkerEvent);

/** Reports the slice that has ended and starts the next one's clocks at zero. */
function reportParked(): void {
  const { clocks } = context;
  // At a gate nothing has been measured yet, and nothing is in flight.
  const isAtGate = total === clocks;
  if (isAtGate) settleMemory();
  const histograms = { response: clocks.response.encode(), intended: clocks.intended.encode() };
  const memory = { atRestKiB, heldKiB: ownMemoryKiB("self") };
  const due = clocks.countDue(context.pace, context.begunUs);
  parentPort?.postMessage({ event: "parked", histograms, due, memory } satisfies LoadWorkerEvent);
  if (isAtGate) return;
  addSlice();
  for (const clock of ["response", "intended"] as const) clocks[clock].reset();
}

/** Adds the response times of the slice under way to the sums. */
function addSlice(): void {
  for (const clock of ["response", "intended"] as const) total[clock].merge(context.clocks[clock]);
}

/** Returns whether the loop mostly waits. A closed loop may use all of its processor, and the lab's orders may not wait. */
function mostlyWaits({ ratePerSecond, wait, isDirected }: Workload): boolean {
  return ratePerSecond !== null && wait === "sleep" && !isDirected;
}
