import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const TICK_US = 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time a process has used, ended threads included, in steps of a clock tick: proc_pid_stat(5). */
export function cpuTimeUs(pid: number): number {
  return cpuTicks(readFileSync(`/proc/${pid}/stat`, "latin1")) * TICK_US;
}

/** utime + stime: fields 14 and 15. The second field is the command's name and may hold anything, blanks and brackets too. */
export function cpuTicks(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(afterName[11]) + Number(afterName[12]);
}
