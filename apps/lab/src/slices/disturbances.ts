import { median } from "@c10k-lab/inference";
import type { Disturbance, Doubt, Slice } from "@c10k-lab/protocol";

/**
 * Work of others: its shares of the server's and of the client's core, and the share above the usual that makes a slice one to
 * measure again. The kernel counts both in ticks of 10 ms: a single tick is 7 % of a slice of 150 ms.
 */
const OTHERS = {
  stolen: {
    margin: 0.1,
    ofServer: ({ stolen }: Slice) => stolen.cores,
    ofClient: ({ clientCore }: Slice) => clientCore?.stolen ?? 0,
  },
  "busy-host": {
    margin: 0.3,
    ofServer: ({ foreign }: Slice) => foreign.cores,
    ofClient: ({ clientCore }: Slice) => clientCore?.foreign ?? 0,
  },
};
const REASONS = ["busy-host", "stolen"] as const;

/** Returns the reasons to measure a slice again: work of others on the server's core. */
export function judgeSlice(slice: Slice, before: readonly Slice[]): Disturbance[] {
  return REASONS.filter((reason) =>
    exceedsUsual(OTHERS[reason].ofServer, OTHERS[reason].margin, slice, before),
  );
}

/** Returns the work of others, on either core, that may be why a slice failed: its larger share, in per cent of a core. */
export function findDisturbance(slice: Slice, before: readonly Slice[]): Doubt | null {
  // Stolen time is no program's that a user could end: it is named first.
  for (const reason of REASONS.toReversed()) {
    const { margin, ofServer, ofClient } = OTHERS[reason];
    const reads = [ofServer, ofClient].filter((read) => exceedsUsual(read, margin, slice, before));
    const share = Math.max(0, ...reads.map((read) => read(slice)));
    if (reads.length > 0) return { reason, percent: Math.round(1000 * share) / 10 };
  }
  return null;
}

/** A foreign load that is always there is part of the machine: only what exceeds the slices before counts. */
function exceedsUsual(
  read: (slice: Slice) => number,
  margin: number,
  slice: Slice,
  before: readonly Slice[],
): boolean {
  return read(slice) > (median(before.map(read)) ?? 0) + margin;
}
