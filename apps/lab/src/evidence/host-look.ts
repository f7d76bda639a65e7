import { readFileSync } from "node:fs";

/** sysconf(_SC_CLK_TCK) is 100 on every Linux platform this runs on. */
const TICK_MS = 10;

/** Processor time of the whole machine since boot, and when it was looked at. */
export interface HostLook {
  readonly atMs: number;
  /** Of all processors, stolen time not included. */
  readonly busyMs: number;
  /** Taken by the hypervisor for somebody else. */
  readonly stolenMs: number;
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal, see proc(5). */
export function lookAtHost(): HostLook {
  const [line = ""] = readFileSync("/proc/stat", "latin1").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) * TICK_MS);
  return {
    atMs: performance.now(),
    busyMs: user + nice + system + irq + softirq,
    stolenMs: stolen,
  };
}

/**
 * What others took while a cell ran, in per cent of one core.
 *
 * @param ownMs CPU time of server and clients; null when one of them could not report it
 */
export function takenByOthers(before: HostLook, after: HostLook, ownMs: number | null) {
  const percent = (ms: number) => Math.round((1000 * ms) / (after.atMs - before.atMs)) / 10;
  return {
    stolenPercent: percent(after.stolenMs - before.stolenMs),
    otherPercent: ownMs === null ? null : Math.max(0, percent(after.busyMs - before.busyMs - ownMs)),
  };
}
