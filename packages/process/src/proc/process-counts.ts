import { cpuUs } from "./process.ts";
import { readProcessStat } from "./stat.ts";

/** Counters of one process, or of all processes of a program. They never fall. */
export interface ProcessCounts {
  /** Looks for processes that have been started since. */
  refresh(): void;
  /** Those that the last refresh found. */
  readonly pids: readonly number[];
  /**
   * Returns the CPU time, µs, from the kernel's nanosecond clocks.
   *
   * @param clockOf returns that of a process; NaN where there is none
   */
  cpuUs(clockOf?: (pid: number) => number): number;
  /** Page faults that needed no disk. */
  minorFaults(): number;
}

/** Returns the counters of a single process. They keep their last values when it has ended. */
export function countProcess(pid: number): ProcessCounts {
  let usedUs = 0;
  let faults = 0;
  return {
    pids: [pid],
    refresh() {},
    cpuUs(clockOf = cpuUs) {
      usedUs = Math.max(usedUs, clockOf(pid) || 0);
      return usedUs;
    },
    minorFaults() {
      faults = readProcessStat(pid)?.minorFaults ?? faults;
      return faults;
    },
  };
}
