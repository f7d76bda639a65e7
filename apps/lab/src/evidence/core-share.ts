import type { Sample } from "@c10k-lab/protocol";

/** The kernel counts CPU time in steps of 10 ms: a shorter exchange is over before they tell how busy a process was. */
const SPAN_MIN_MS = 500;

/**
 * Returns the share of one core, in per cent, that a process used in its busiest stretch of `spanMs`: the exchange of
 * messages, without the start before it. null when the samples do not cover that much.
 */
export function busiestCorePercent(samples: readonly Sample[], spanMs: number): number | null {
  if (spanMs < SPAN_MIN_MS) return null;
  const shares = samples.map((from) => shareFrom(samples, from, spanMs)).filter((share) => share !== null);
  return shares.length === 0 ? null : Math.max(...shares);
}

function shareFrom(samples: readonly Sample[], from: Sample, spanMs: number): number | null {
  const endMs = from.atMs + spanMs;
  const after = samples.findIndex(({ atMs }) => atMs >= endMs);
  const [before, end] = [samples[after - 1], samples[after]];
  if (before === undefined || end === undefined) return null;
  // Between two samples CPU time is taken to pass evenly.
  const part = (endMs - before.atMs) / (end.atMs - before.atMs);
  const cpuMs = before.cpuMs + part * (end.cpuMs - before.cpuMs) - from.cpuMs;
  return (100 * cpuMs) / spanMs;
}
