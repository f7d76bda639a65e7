import { Ledger, type LedgerMemory } from "@c10k-lab/stats";
import type { ServerOptions } from "./options.ts";
import { StopRequest, type StopRequestMemory } from "./stop-request.ts";

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

export function openDataPlane<O extends ServerOptions>(
  memory: DataPlaneMemory<O>,
  ready: () => void,
): DataPlane<O> {
  return {
    options: memory.options,
    listenerFd: memory.listenerFd,
    ledger: new Ledger(memory.ledger),
    stop: new StopRequest(memory.stop),
    ready,
  };
}
