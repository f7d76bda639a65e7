import { readFileSync } from "node:fs";
import { readOr } from "./read-or.ts";

/** Clock tick (sysconf(3), _SC_CLK_TCK: 100 per second on x86 and ARM). */
export const TICK_MS = 10;
/** Page (sysconf(3), _SC_PAGESIZE: 4096 bytes on x86, usually on ARM). */
const PAGE_KIB = 4;

/** Fields of /proc/PID/stat; the field numbers are those of proc_pid_stat(5). */
export interface ProcessStat {
  /** Number of the parent process (4). */
  readonly parent: number;
  /** User time alone (14). */
  readonly userMs: number;
  /** User and system time, ended threads included: utime + stime (14, 15). */
  readonly cpuMs: number;
  /** User and system time of children that have ended and were waited for: cutime + cstime (16, 17). */
  readonly childrenCpuMs: number;
  /** Page faults that needed no disk, ended threads included: minflt (10). */
  readonly minorFaults: number;
  /** Page faults that needed a disk: majflt (12). */
  readonly majorFaults: number;
  readonly threads: number;
  /** Start of the process in clock ticks after boot (22): tells two processes with the same number apart. */
  readonly startTicks: number;
  readonly rssKiB: number;
}

/** Returns null when there is no such process. */
export function readProcessStat(pid: number | "self"): ProcessStat | null {
  return readOr(null, () => parseProcessStat(readFileSync(`/proc/${pid}/stat`, "latin1")));
}

export function parseProcessStat(stat: string): ProcessStat {
  // The second field is the command's name in brackets, and may contain blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  return {
    parent: field(4),
    userMs: field(14) * TICK_MS,
    cpuMs: (field(14) + field(15)) * TICK_MS,
    childrenCpuMs: (field(16) + field(17)) * TICK_MS,
    minorFaults: field(10),
    majorFaults: field(12),
    threads: field(20),
    startTicks: field(22),
    rssKiB: field(24) * PAGE_KIB,
  };
}
