import { seedGenerator } from "../generator.ts";
import { type Interval, percentileInterval, resampledMedians } from "../interval.ts";
import { fit } from "./fit.ts";
import { type Coefficients, peakOf, type RatePoint, rateAt } from "./law.ts";

export type LawIntervals = Readonly<Record<keyof Coefficients | "peak", Interval>>;

/** What three fitted coefficients leave to chance. */
const COEFFICIENTS = 3;
/** Of the draws of residuals; the runs are drawn with another, so that the two do not go together. */
const SEED = 2;

/**
 * Bootstrap intervals. Each resample draws the runs of every load anew, and moves their median by as much as some load,
 * drawn as well, lies off the curve. The runs alone would not do: they scatter less than the law errs, and where the rate
 * is really level a law that errs by 5 % then finds a peak in a third of all studies, with a narrow interval around it.
 *
 * @param runs rates of the runs of each load, in the order of the points
 * @returns null where a load was run too rarely
 */
export function intervalsOf(
  coefficients: Coefficients,
  points: readonly RatePoint[],
  runs: readonly (readonly number[])[],
): LawIntervals | null {
  const resamples = resampledMedians(runs);
  if (resamples === null) return null;
  const deviations = deviationsOf(coefficients, points);
  const random = seedGenerator(SEED);
  const deviation = () => deviations[Math.floor(random() * deviations.length)] ?? 1;
  const refitted = resamples.flatMap(
    (medians) => fit(points.map(([workers], at) => [workers, (medians[at] ?? 0) * deviation()])) ?? [],
  );
  if (refitted.length < resamples.length) return null;
  return {
    gamma: percentileInterval(refitted.map(({ gamma }) => gamma)),
    alpha: percentileInterval(refitted.map(({ alpha }) => alpha)),
    beta: percentileInterval(refitted.map(({ beta }) => beta)),
    peak: percentileInterval(refitted.map(peakOf)),
  };
}

/**
 * Each point as a multiple of the curve. A curve comes closer to the points it is fitted to than to others, by about
 * √((n - 3) / n), so the multiples are stretched by the inverse.
 */
function deviationsOf(coefficients: Coefficients, points: readonly RatePoint[]): number[] {
  const stretch = Math.sqrt(points.length / (points.length - COEFFICIENTS));
  return points.map(([workers, rate]) => (rate / rateAt(coefficients, workers)) ** stretch);
}
