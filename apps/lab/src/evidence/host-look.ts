import { availableParallelism } from "node:os";
import { type CpuTimes, readCpuTimes } from "@c10k-lab/process";
import { groupThrottledMs } from "../preflight/control-groups.ts";
import { SYSTEM_FILES } from "../preflight/text-files.ts";

/** Time for which all processors were taken, and the moment of reading. */
export interface HostLook extends Omit<CpuTimes, "idleMs"> {
  readonly atMs: number;
  /** Time for which quotas have paused the lab's control groups so far. */
  readonly throttledMs: number;
}

/** Reads the processor times of the machine now. */
export function lookAtHost(): HostLook {
  return { atMs: performance.now(), ...readCpuTimes(), throttledMs: groupThrottledMs(SYSTEM_FILES) };
}

/**
 * Returns the time that other guests, other processes and quotas took while a cell ran, in per cent of one core.
 *
 * @param ownMs CPU time of server and clients; null when one of them could not report it
 */
export function takenByOthers(before: HostLook, after: HostLook, ownMs: number | null) {
  const percent = (ms: number) => Math.round((1000 * ms) / (after.atMs - before.atMs)) / 10;
  return {
    stolenPercent: percent(after.stolenMs - before.stolenMs),
    otherPercent: ownMs === null ? null : Math.max(0, percent(after.busyMs - before.busyMs - ownMs)),
    throttledMs: after.throttledMs - before.throttledMs,
    // Counts only those of the affinity mask, which server and clients inherit.
    processors: availableParallelism(),
  };
}
