import { median } from "@c10k-lab/inference";
import type { Disturbance, Slice } from "@c10k-lab/protocol";

/**
 * Shares of a core above the usual that make a slice one to measure again. The kernel counts both in ticks of 10 ms: a
 * single tick is 7 % of a slice of 150 ms.
 */
const FOREIGN_ABOVE_USUAL = 0.3;
const STOLEN_ABOVE_USUAL = 0.1;

/**
 * Returns the reasons to measure a slice again. A foreign load that is always there is part of the machine: only what
 * exceeds the slices before counts.
 */
export function judgeSlice(slice: Slice, before: readonly Slice[]): Disturbance[] {
  return [
    ...(isAbove(
      slice.foreign.cores,
      usual(before, ({ foreign }) => foreign.cores),
      FOREIGN_ABOVE_USUAL,
    )
      ? (["busy-host"] as const)
      : []),
    ...(isAbove(
      slice.stolen.cores,
      usual(before, ({ stolen }) => stolen.cores),
      STOLEN_ABOVE_USUAL,
    )
      ? (["stolen"] as const)
      : []),
  ];
}

function usual(slices: readonly Slice[], read: (slice: Slice) => number): number {
  return median(slices.map(read)) ?? 0;
}

function isAbove(share: number, usualShare: number, margin: number): boolean {
  return share > usualShare + margin;
}
