import { parentPort, workerData } from "node:worker_threads";
import type { Clock } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { LoadContext } from "./load-connection.ts";
import { LoadLoop } from "./load-loop.ts";
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
  readonly histograms: Record<Clock, string>;
  readonly startLagMs: number | null;
  /** The first message sent and the last one back, on CLOCK_MONOTONIC; 0: none. */
  readonly firstSentUs: number;
  readonly lastDoneUs: number;
}

const { workload, target, stopFd, results } = workerData as LoadWorkerData;
const context = new LoadContext(
  workload,
  new PayloadPool(workload),
  new ResultsTable(results),
  new ResponseTimes(workload.connections),
);
new LoadLoop(context, target, stopFd).run();
const result: LoadWorkerResult = {
  histograms: {
    connect: context.connect.encode(),
    firstResponse: context.firstResponse.encode(),
    response: context.response.encode(),
    // A closed loop sends when the last echo is back: there is no other moment it was due.
    intended: new LatencyHistogram().encode(),
  },
  startLagMs: context.startLagMs,
  firstSentUs: context.firstSentUs,
  lastDoneUs: context.lastDoneUs,
};
parentPort?.postMessage(result);
