import { readFileSync } from "node:fs";
import { TICK_MS } from "./stat.ts";

/** Time of all processors since boot. */
export interface HostTimes {
  readonly busyMs: number;
  /** Idle, or waiting for a disk. */
  readonly idleMs: number;
  /** Given to other guests by the hypervisor. */
  readonly stolenMs: number;
}

export function readHostTimes(): HostTimes {
  return parseHostTimes(readFileSync("/proc/stat", "latin1"));
}

/** Parses the first line of /proc/stat, see proc_stat(5). Guest time, the last two fields, is part of user and nice. */
export function parseHostTimes(stat: string): HostTimes {
  const [line = ""] = stat.split("\n", 1);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) * TICK_MS);
  return { busyMs: user + nice + system + irq + softirq, idleMs: idle + iowait, stolenMs: stolen };
}
