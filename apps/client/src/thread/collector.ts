import { setFlagsFromString } from "node:v8";
import { releaseStartMemory } from "@c10k-lab/posix";

/** The second collection ends the sweep of the first one, and frees what that one has finalized. */
const COLLECTIONS = 2;

/** Lets workers that are started from now on call V8's collector. */
export function exposeCollector(): void {
  setFlagsFromString("--expose-gc");
}

/** Collects garbage of this thread and gives free memory back, so that two readings of memory differ by what is in use. */
export function settleMemory(): void {
  for (let collection = 0; collection < COLLECTIONS; collection++) globalThis.gc?.();
  releaseStartMemory();
}
