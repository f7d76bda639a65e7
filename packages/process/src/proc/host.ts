import { readFileSync } from "node:fs";
import { TICK_MS } from "./stat.ts";

/** Time of one processor, or of all, since boot. */
export interface CpuTimes {
  readonly busyMs: number;
  /** Idle, or waiting for a disk. */
  readonly idleMs: number;
  /** Given to other guests by the hypervisor. */
  readonly stolenMs: number;
}

/** Returns the times of a processor by its number; null for all together. */
export function readCpuTimes(processor: number | null = null): CpuTimes {
  return parseCpuTimes(readFileSync("/proc/stat", "latin1"), processor);
}

/** Parses a line of /proc/stat, see proc_stat(5). Guest time, the last two fields, is part of user and nice. */
export function parseCpuTimes(stat: string, processor: number | null = null): CpuTimes {
  const name = `cpu${processor ?? ""} `;
  const line = stat.split("\n").find((text) => text.startsWith(name)) ?? "";
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) * TICK_MS);
  return { busyMs: user + nice + system + irq + softirq, idleMs: idle + iowait, stolenMs: stolen };
}
