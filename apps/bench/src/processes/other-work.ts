import { readCpuTimes, readProcessStat } from "@c10k-lab/process";
import type { Children } from "./children.ts";

/**
 * Measures the processor time that programs other than the bench and its children take.
 *
 * @returns a function that returns per cent of one processor since its last call
 */
export function watchOtherWork(children: Children): () => number {
  let before = readOthers(children);
  return () => {
    const { usedMs, atMs } = before;
    before = readOthers(children);
    return Math.max(0, (100 * (before.usedMs - usedMs)) / (before.atMs - atMs));
  };
}

/** Reads the time that others have used. Stolen time counts: another guest used it. */
function readOthers(children: Children): { readonly usedMs: number; readonly atMs: number } {
  const own = readProcessStat("self");
  const ownMs = (own?.cpuMs ?? 0) + (own?.childrenCpuMs ?? 0) + children.cpuMs;
  const { busyMs, stolenMs } = readCpuTimes();
  return { usedMs: busyMs + stolenMs - ownMs, atMs: performance.now() };
}
