import { parentPort, workerData } from "node:worker_threads";
import { Ledger, type LedgerMemory } from "@c10k-lab/stats/ledger";
import type { ServerOptions } from "../options.ts";
import { StopRequest, type StopRequestMemory } from "../stop-request.ts";

/** Data that the control plane posts to its worker: plain values and shared memory. */
export interface DataPlaneMemory<O extends ServerOptions> {
  readonly options: O;
  readonly listenerFd: number;
  readonly ledger: LedgerMemory;
  readonly stop: StopRequestMemory;
}

/** Everything an architecture serves with. Its loop ends when `stop` is raised and every connection is closed. */
export interface DataPlane<O extends ServerOptions = ServerOptions> {
  readonly options: O;
  readonly listenerFd: number;
  readonly ledger: Ledger;
  readonly stop: StopRequest;
  /** Reports that the loop is set up, so that the control plane can print the listening line. */
  ready(): void;
}

/**
 * Returns what the control plane posted to this worker.
 *
 * @typeParam O options of this server alone
 */
export function openDataPlane<O = object>(): DataPlane<ServerOptions & O> {
  const { options, listenerFd, ledger, stop } = workerData as DataPlaneMemory<ServerOptions & O>;
  return {
    options,
    listenerFd,
    ledger: new Ledger(ledger),
    stop: new StopRequest(stop),
    ready: () => parentPort?.postMessage("ready"),
  };
}
