import { cpuUs } from "./process.ts";
import { readProcessStat } from "./stat.ts";

/** Counters of one process, or of all processes of a program. They never fall. */
export interface ProcessCounts {
  /** Looks for processes that have been started since. */
  refresh(): void;
  /** CPU time, µs, from the kernel's nanosecond clocks. */
  cpuUs(): number;
  /** Page faults that needed no disk. */
  minorFaults(): number;
}

/** Returns the counters of a single process. */
export function countProcess(pid: number): ProcessCounts {
  return {
    refresh() {},
    cpuUs: () => cpuUs(pid),
    minorFaults: () => readProcessStat(pid)?.minorFaults ?? 0,
  };
}
