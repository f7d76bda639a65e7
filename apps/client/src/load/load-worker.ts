import { parentPort, workerData } from "node:worker_threads";
import type { Clock, LoopClock } from "@c10k-lab/protocol";
import { COUNT } from "../measure/loop-evidence.ts";
import { type ResultsMemory, ResultsTable } from "../measure/results-table.ts";
import { PayloadPool } from "../workload/payload.ts";
import type { Workload } from "../workload/workload.ts";
import { LoadContext } from "./load-context.ts";
import { LoadLoop } from "./load-loop.ts";

/** Input of the worker. */
export interface LoadWorkerData {
  readonly workload: Workload;
  readonly target: Uint8Array;
  readonly stopFd: number;
  readonly results: ResultsMemory;
}

/** Output of the worker, sent when every connection has ended. */
export interface LoadWorkerResult {
  /** HdrHistogram V2, base64. */
  readonly histograms: Record<Clock | LoopClock, string>;
  readonly startLagMs: number | null;
  /** The moments of the first message sent and of the last one back (CLOCK_MONOTONIC); 0: none. */
  readonly firstSentUs: number;
  readonly lastDoneUs: number;
  readonly unsent: number;
  readonly loop: { readonly waits: number; readonly sends: number; readonly receives: number };
  readonly cpuUs: number;
}

const { workload, target, stopFd, results } = workerData as LoadWorkerData;
const context = new LoadContext(workload, new PayloadPool(workload), new ResultsTable(results));
const loop = new LoadLoop(context, target, stopFd);
loop.run();
const { clocks, evidence } = context;
const result: LoadWorkerResult = {
  histograms: {
    connect: clocks.connect.encode(),
    firstResponse: clocks.firstResponse.encode(),
    response: clocks.response.encode(),
    intended: clocks.intended.encode(),
    turn: evidence.turn.encode(),
    sendLag: evidence.sendLag.encode(),
  },
  startLagMs: context.startLagMs,
  firstSentUs: clocks.firstSentUs,
  lastDoneUs: clocks.lastDoneUs,
  unsent: loop.countUnsent(),
  loop: {
    waits: evidence.counts[COUNT.waits],
    sends: evidence.counts[COUNT.sends],
    receives: evidence.counts[COUNT.receives],
  },
  cpuUs: evidence.cpuUs,
};
parentPort?.postMessage(result);
