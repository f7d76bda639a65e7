import type { Sample } from "@c10k-lab/protocol";

/** A shorter exchange is over before the samples, 250 ms apart, can tell how busy a process was. */
const SPAN_MIN_MS = 500;

/**
 * Share of one core, in per cent, a process used in its busiest stretch of `spanMs`: the exchange of messages, without
 * the start of the process before it. null when the samples are too few to tell.
 */
export function busiestCorePercent(samples: readonly Sample[], spanMs: number): number | null {
  if (spanMs < SPAN_MIN_MS) return null;
  let busiest: number | null = null;
  let to = 0;
  for (const from of samples) {
    while (to < samples.length && (samples[to]?.atMs ?? 0) - from.atMs < spanMs) to++;
    const end = samples[to];
    if (end === undefined) break;
    const share = (100 * (end.cpuMs - from.cpuMs)) / (end.atMs - from.atMs);
    busiest = Math.max(busiest ?? 0, share);
  }
  return busiest;
}
