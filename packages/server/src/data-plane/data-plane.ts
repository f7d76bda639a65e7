import { parentPort, workerData } from "node:worker_threads";
import { Ledger, type LedgerMemory } from "@c10k-lab/stats/ledger";
import type { ServerOptions } from "../options.ts";
import { StopRequest, type StopRequestMemory } from "../stop-request.ts";

/** What the control plane hands to the worker: plain data and shared memory. */
export interface DataPlaneMemory<O extends ServerOptions> {
  readonly options: O;
  readonly listenerFd: number;
  readonly ledger: LedgerMemory;
  readonly stop: StopRequestMemory;
}

/** All an architecture gets. It returns from its loop when `stop` says so and every connection is closed. */
export interface DataPlane<O extends ServerOptions = ServerOptions> {
  readonly options: O;
  readonly listenerFd: number;
  readonly ledger: Ledger;
  readonly stop: StopRequest;
  /** The loop is set up: the control plane may tell the world. */
  ready(): void;
}

/**
 * In the worker: what the control plane has handed over.
 *
 * @typeParam O options only this server has
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
