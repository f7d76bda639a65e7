import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export const TICK_US = 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time a process has used, ended threads included, in steps of a clock tick: proc_pid_stat(5). */
export function cpuTimeUs(pid: number): number {
  return cpuTicks(readFileSync(`/proc/${pid}/stat`, "latin1")) * TICK_US;
}

/** utime + stime: fields 14 and 15. */
export function cpuTicks(stat: string): number {
  return sum(fieldsOf(stat).slice(11, 13));
}

/** The same and that of the children it has seen end: fields 14 to 17. */
export function treeTicks(stat: string): number {
  return sum(fieldsOf(stat).slice(11, 15));
}

/** From the third on: the second is the command's name and may hold anything, blanks and brackets too. */
function fieldsOf(stat: string): number[] {
  return stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
