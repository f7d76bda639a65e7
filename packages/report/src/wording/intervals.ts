import { CONFIDENCE_PERCENT, type Interval, REPETITIONS_MIN } from "@c10k-lab/inference";
import { plural, ratio } from "@c10k-lab/words";
import { ratioOf } from "../comparison/comparison.ts";
import { type CellFigures, intervalOf, valuesOf } from "../model/cell-figures.ts";
import type { Quantity } from "../model/quantities.ts";

/** Reason for claiming nothing from too few repetitions. */
export const TOO_FEW = `fewer than ${REPETITIONS_MIN} repetitions have no interval, so nothing is claimed`;

/** Returns "1.10 to 1.29". */
export function describeRatios({ low, high }: Interval): string {
  return `${ratio(low)} to ${ratio(high)}`;
}

/** Returns "99 % interval 4.92 to 24.6 ms", or that repetitions are too few. */
export function describeInterval(
  interval: Interval | null,
  format: (value: number) => string,
  unit = "",
): string {
  if (interval === null) return "too few repetitions for an interval";
  return `${CONFIDENCE_PERCENT} % interval ${format(interval.low)} to ${format(interval.high)}${unit && ` ${unit}`}`;
}

/** Returns "5.15 ms, 99 % interval 4.92 to 24.6". */
export function describeMedian(cell: CellFigures, { value, format, unit }: Quantity): string {
  return `${format(value(cell) ?? 0)} ${unit}, ${describeInterval(intervalOf(cell, value), format)}`;
}

/** Returns "infinite in 5 of 5 repetitions". */
export function describeInfinity(cell: CellFigures, { value }: Quantity): string {
  const values = valuesOf(cell, value);
  const infinite = values.filter((one) => one === Number.POSITIVE_INFINITY).length;
  return `infinite in ${infinite} of ${plural(values.length, "repetition")}`;
}

/** Returns the reason why two cells are not told apart, as a clause. */
export function describeNoClaim(to: CellFigures, from: CellFigures, { value }: Quantity): string {
  const interval = ratioOf(to, from, value)?.interval;
  if (interval === undefined) return TOO_FEW;
  const isKnown = [interval.low, interval.high].every((bound) => Number.isFinite(bound));
  if (!isKnown) return "the ratio has no finite interval, so nothing is claimed";
  return `${CONFIDENCE_PERCENT} % interval of the ratio ${describeRatios(interval)}`;
}

/** Returns whether a cell has too few repetitions for an interval of the quantity. */
export function hasTooFew(cell: CellFigures, { value }: Quantity): boolean {
  return valuesOf(cell, value).length < REPETITIONS_MIN;
}
