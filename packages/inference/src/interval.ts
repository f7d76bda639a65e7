import { seedGenerator } from "./generator.ts";

/** Confidence level of all intervals. With a handful of repetitions the true coverage of a bootstrap is somewhat lower. */
export const CONFIDENCE_PERCENT = 99;
/** Smallest number of repetitions for an interval. */
export const REPETITIONS_MIN = 3;
/** Number of resamples of a bootstrap. */
export const RESAMPLES = 2000;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : middleOf(Float64Array.from(values).sort());
}

function middleOf(sorted: Float64Array): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Returns the percentile bootstrap of the median (Efron, 1979); null from too few repetitions. */
export function medianInterval(values: readonly number[]): Interval | null {
  return bootstrap([values], ([resampled = 0]) => resampled);
}

/** Returns the percentile bootstrap of the ratio of two medians; null from too few repetitions. */
export function ratioInterval(over: readonly number[], under: readonly number[]): Interval | null {
  return bootstrap([over, under], ([a = 0, b = 0]) => (a === b ? 1 : a / b));
}

/** The 0.995 quantile of the normal distribution, for CONFIDENCE_PERCENT. */
const Z = 2.576;

/** Returns the score interval of a share in per cent (Wilson, 1927) for independent events; null without events. */
export function shareInterval(count: number, of: number): Interval | null {
  if (of === 0) return null;
  const share = count / of;
  const scale = 100 / (1 + Z ** 2 / of);
  const middle = share + Z ** 2 / (2 * of);
  const reach = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return { low: Math.max(0, scale * (middle - reach)), high: Math.min(100, scale * (middle + reach)) };
}

function bootstrap(
  samples: readonly (readonly number[])[],
  statistic: (medians: readonly number[]) => number,
): Interval | null {
  const resampled = resampledMedians(samples);
  return resampled === null ? null : percentileInterval(resampled.map(statistic));
}

/**
 * Draws RESAMPLES resamples of all samples, each from its own values with replacement, and returns their medians; null when
 * a sample has fewer than REPETITIONS_MIN values.
 */
export function resampledMedians(samples: readonly (readonly number[])[]): number[][] | null {
  if (samples.some((values) => values.length < REPETITIONS_MIN)) return null;
  const random = seedGenerator();
  const resamples = samples.map(({ length }) => new Float64Array(length));
  return Array.from({ length: RESAMPLES }, () =>
    samples.map((values, index) => middleOf(resample(values, resamples[index] as Float64Array, random))),
  );
}

/** Returns the interval without the tails that CONFIDENCE_PERCENT excludes. */
export function percentileInterval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (100 - CONFIDENCE_PERCENT) / 200;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(tail), high: at(1 - tail) };
}

/** Draws values with replacement. Returns them sorted. */
function resample(values: readonly number[], into: Float64Array, random: () => number): Float64Array {
  for (let at = 0; at < into.length; at++) into[at] = values[Math.floor(random() * values.length)] ?? 0;
  return into.sort();
}
