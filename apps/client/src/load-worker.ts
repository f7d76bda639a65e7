import { parentPort, workerData } from "node:worker_threads";
import type { Clock, LoopClock } from "@c10k-lab/protocol";
import { LoadContext } from "./load-context.ts";
import { LoadLoop } from "./load-loop.ts";
import { COUNT } from "./loop-evidence.ts";
import { PayloadPool } from "./payload.ts";
import { ResponseTimes } from "./response-times.ts";
import { type ResultsMemory, ResultsTable } from "./results-table.ts";
import type { Workload } from "./workload.ts";

/** What the main thread hands to the worker. */
export interface LoadWorkerData {
  readonly workload: Workload;
  readonly target: Uint8Array;
  readonly stopFd: number;
  readonly results: ResultsMemory;
}

/** What the worker hands back when every connection has ended. */
export interface LoadWorkerResult {
  /** HdrHistogram V2, base64. */
  readonly histograms: Record<Clock | LoopClock, string>;
  readonly startLagMs: number | null;
  /** The first message sent and the last one back, on CLOCK_MONOTONIC; 0: none. */
  readonly firstSentUs: number;
  readonly lastDoneUs: number;
  readonly unsent: number;
  readonly loop: { readonly waits: number; readonly sends: number; readonly receives: number };
  readonly cpuUs: number;
}

const { workload, target, stopFd, results } = workerData as LoadWorkerData;
const context = new LoadContext(
  workload,
  new PayloadPool(workload),
  new ResultsTable(results),
  new ResponseTimes(workload.connections),
);
const loop = new LoadLoop(context, target, stopFd);
loop.run();
const { evidence } = context;
const result: LoadWorkerResult = {
  histograms: {
    connect: context.connect.encode(),
    firstResponse: context.firstResponse.encode(),
    response: context.response.encode(),
    intended: context.intended.encode(),
    turn: evidence.turn.encode(),
    sendLag: evidence.sendLag.encode(),
  },
  startLagMs: context.startLagMs,
  firstSentUs: context.firstSentUs,
  lastDoneUs: context.lastDoneUs,
  unsent: loop.unsent,
  loop: {
    waits: evidence.counts[COUNT.waits],
    sends: evidence.counts[COUNT.sends],
    receives: evidence.counts[COUNT.receives],
  },
  cpuUs: evidence.cpuUs,
};
parentPort?.postMessage(result);
