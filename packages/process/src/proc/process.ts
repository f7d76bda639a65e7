import { readdirSync, readFileSync } from "node:fs";
import { posix } from "@c10k-lab/posix";
import { readOr } from "./read-or.ts";

/** Kind of a process's clock: the scheduler's, not the tick's (linux/posix-timers.h). */
const CPUCLOCK_SCHED = 2;

/** Returns the open descriptors of a process, ascending. */
export function descriptors(pid: number): number[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Returns the thread ids of a process. */
export function threads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

/** Reads a number in /proc/PID/status, such as VmRSS in KiB. */
export function status(pid: number, name: string): number {
  return numberIn(`/proc/${pid}/status`, name);
}

/** Reads a number of a status file; NaN where the file has none of that name. @throws Error when there is no such process */
export function numberIn(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(path, "latin1"))?.[1]);
}

/**
 * Returns the CPU time that a process and its ended threads have used, µs, from the kernel's nanosecond clock of the
 * process: clock_getcpuclockid(3). NaN when there is no such process.
 */
export function cpuUs(pid: number): number {
  const us = new Float64Array(1);
  return posix.clock_gettime((~pid << 3) | CPUCLOCK_SCHED, us) < 0 ? Number.NaN : us[0];
}

/**
 * Returns how long each thread of a process has waited for a processor although it could run, µs, by thread id:
 * /proc/PID/task/TID/schedstat (scheduler/sched-stats of the kernel's documentation).
 */
export function runDelaysUs(pid: number): Map<number, number> {
  const delays = threads(pid).map((thread): [number, number] => {
    const [, delayNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 2);
    return [thread, Number(delayNs) / 1000];
  });
  return new Map(delays);
}

/** Returns whether a signal has stopped every thread of a process. The state of a traced thread is a small t. */
export function isFrozen(pid: number): boolean {
  return threads(pid).every((thread) =>
    /^State:\s+T/im.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );
}

/** Returns whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  return readOr(false, () => !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
}

/** Returns the descriptor limit (RLIMIT_NOFILE) that leaves a process so many unused descriptors. */
export function limitForMore(pid: number, free: number): number {
  const used = new Set(descriptors(pid));
  let limit = 0;
  for (let left = free; left > 0; limit++) {
    if (!used.has(limit)) left--;
  }
  return limit;
}

/**
 * Returns the processes that the threads of a process have started, or taken over as orphans, and that are not waited for.
 * It costs a read for each thread, where a search of /proc for its number as a parent costs one for each process.
 */
export function childrenOf(pid: number): number[] {
  return threads(pid).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean).map(Number),
  );
}

/** Returns the processes whose command line contains a text. */
export function processesWith(text: string): number[] {
  return allProcesses().filter((pid) => commandLine(pid).includes(text));
}

/** Returns the numbers of all processes of this machine. */
export function allProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Returns the command line of a process, words separated by blanks; empty when there is no such process. */
export function commandLine(pid: number): string {
  return readOr("", () => readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
}
