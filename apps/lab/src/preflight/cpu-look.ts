import { type CpuTimes, parseCpuTimes } from "@c10k-lab/process";
import type { TextFiles } from "./text-files.ts";

/** Shares of the processors' time between two readings. */
export interface CpuShares {
  readonly idlePercent: number;
  readonly stolenPercent: number;
}

/** Reads the processor times of the machine since boot. */
export function lookAtCpu(files: TextFiles): CpuTimes {
  return parseCpuTimes(files.read("/proc/stat") ?? "");
}

export function cpuShares(before: CpuTimes, after: CpuTimes): CpuShares {
  const idleMs = after.idleMs - before.idleMs;
  const stolenMs = after.stolenMs - before.stolenMs;
  const totalMs = idleMs + stolenMs + after.busyMs - before.busyMs;
  if (totalMs <= 0) return { idlePercent: 100, stolenPercent: 0 };
  const percent = (partMs: number) => Math.round((partMs / totalMs) * 100);
  return { idlePercent: percent(idleMs), stolenPercent: percent(stolenMs) };
}
