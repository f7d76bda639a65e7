import { type Interval, ratioInterval } from "@c10k-lab/inference";
import { type CellFigures, valuesOf } from "../model/cell-figures.ts";
import type { Value } from "../model/quantities.ts";

/** A smaller ratio of two medians is called no difference, however narrow its interval: other work makes as much. */
export const RATIO_MIN = 1.05;

/** Ratio of two medians, with its bootstrap interval. */
export interface Difference {
  readonly ratio: number;
  readonly interval: Interval;
}

/** Returns the ratio of two cells' medians; null where one has no value, or too few repetitions for an interval. */
export function ratioOf(over: CellFigures, under: CellFigures, value: Value): Difference | null {
  const interval = ratioInterval(valuesOf(over, value), valuesOf(under, value));
  const [a, b] = [value(over), value(under)];
  if (interval === null || a === null || b === null) return null;
  return { ratio: a === b ? 1 : a / b, interval };
}

/**
 * Returns whether a difference is real: the interval of the ratio leaves out 1, and the ratio is large enough to
 * matter.
 */
export function isReal({ ratio, interval }: Difference): boolean {
  if (ratio >= 1) return interval.low > 1 && ratio >= RATIO_MIN;
  return interval.high < 1 && ratio <= 1 / RATIO_MIN;
}
