import type { TextFiles } from "./text-files.ts";

/** Processor time since boot, of all processors, in clock ticks. */
export interface CpuLook {
  readonly idle: number;
  readonly stolen: number;
  readonly total: number;
}

/** What became of the processors' time between two looks. */
export interface CpuShares {
  readonly idlePercent: number;
  readonly stolenPercent: number;
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal; guests are counted in user and nice. */
export function lookAtCpu(files: TextFiles): CpuLook {
  const line = files.read("/proc/stat")?.split("\n")[0] ?? "";
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, iowait = 0, , , stolen = 0] = ticks;
  return { idle: idle + iowait, stolen, total: ticks.reduce((sum, value) => sum + value, 0) };
}

export function cpuShares(before: CpuLook, after: CpuLook): CpuShares {
  const total = after.total - before.total;
  if (total <= 0) return { idlePercent: 100, stolenPercent: 0 };
  const percent = (part: number) => Math.round((part / total) * 100);
  return {
    idlePercent: percent(after.idle - before.idle),
    stolenPercent: percent(after.stolen - before.stolen),
  };
}
