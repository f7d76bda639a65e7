import { readdirSync, readFileSync } from "node:fs";

const TICK_MS = 10;

/** Open descriptors of a process, ascending. */
export function descriptors(pid: number): number[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Thread ids of a process. */
export function threads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

/** A number of /proc/PID/status, such as VmRSS in KiB. */
export function status(pid: number, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]);
}

/** Whether every thread of a process is stopped by a signal. */
export function isFrozen(pid: number): boolean {
  return threads(pid).every((thread) =>
    /^State:\s+T/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );
}

/** The limit below which a process has so many unused descriptor numbers. */
export function limitForMore(pid: number, free: number): number {
  const used = new Set(descriptors(pid));
  let limit = 0;
  for (let left = free; left > 0; limit++) {
    if (!used.has(limit)) left--;
  }
  return limit;
}

/** CPU time of a process so far, user and system. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Whether a process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
