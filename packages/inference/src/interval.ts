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
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
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
  return Array.from({ length: RESAMPLES }, () =>
    samples.map((values) => median(values.map(() => drawOne(values, random))) ?? 0),
  );
}

/** Returns the interval without the tails that CONFIDENCE_PERCENT excludes. */
export function percentileInterval(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const tail = (100 - CONFIDENCE_PERCENT) / 200;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(tail), high: at(1 - tail) };
}

function drawOne(values: readonly number[], random: () => number): number {
  return values[Math.floor(random() * values.length)] ?? 0;
}
