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

/** Returns the counters of a single process. They keep their last values when it has ended. */
export function countProcess(pid: number): ProcessCounts {
  let usedUs = 0;
  let faults = 0;
  return {
    refresh() {},
    cpuUs() {
      usedUs = Math.max(usedUs, cpuUs(pid) || 0);
      return usedUs;
    },
    minorFaults() {
      faults = readProcessStat(pid)?.minorFaults ?? faults;
      return faults;
    },
  };
}
