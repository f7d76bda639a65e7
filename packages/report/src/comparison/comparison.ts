import { type Interval, ratioInterval } from "@c10k-lab/inference";
import { type CellFigures, valuesOf } from "../model/cell-figures.ts";
import { cellsAt, type Group, isWhole, listAxisValues } from "../model/group.ts";
import { RATIO_MIN } from "../model/limits.ts";
import type { Quantity, Value } from "../model/quantities.ts";

/** Whole cells at one axis value that have a value of the quantity, the best first. */
export interface Comparison {
  readonly axisValue: number;
  readonly quantity: Quantity;
  readonly ranked: readonly CellFigures[];
}

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

/** A difference is real when the interval of the ratio leaves out 1 and the ratio is large enough to matter. */
export function isReal({ ratio, interval }: Difference): boolean {
  if (ratio >= 1) return interval.low > 1 && ratio >= RATIO_MIN;
  return interval.high < 1 && ratio <= 1 / RATIO_MIN;
}

/** Returns the real difference of `to` from `from`; null where none may be claimed. No ratio has a part of zero. */
export function claimDifference(to: CellFigures, from: CellFigures, value: Value): Difference | null {
  const ratio = ratioOf(to, from, value);
  const hasZero = value(to) === 0 || value(from) === 0;
  return ratio !== null && !hasZero && isReal(ratio) ? ratio : null;
}

export function compareAt(group: Group, quantity: Quantity, axisValue: number): Comparison {
  const cells = cellsAt(group, axisValue).filter((cell) => isWhole(cell) && quantity.value(cell) !== null);
  return { axisValue, quantity, ranked: rank(cells, quantity) };
}

/** Returns the cells by their value, the best first. */
export function rank(cells: readonly CellFigures[], { value, better }: Quantity): CellFigures[] {
  const sign = better === "high" ? -1 : 1;
  return cells.toSorted((one, other) => {
    const [a, b] = [value(one) ?? 0, value(other) ?? 0];
    // Two infinite values are equal: their difference would be no number.
    return a === b ? 0 : sign * (a - b);
  });
}

/**
 * Compares at the hardest axis value for which at least `variantsMin` variants have a value: the largest load, the
 * shortest backlog. Returns null when there is none.
 */
export function compareAtHardest(group: Group, quantity: Quantity, variantsMin = 2): Comparison | null {
  const ascending = listAxisValues(group);
  const hardestFirst = group.axis === "backlog" ? ascending : ascending.toReversed();
  for (const axisValue of hardestFirst) {
    const comparison = compareAt(group, quantity, axisValue);
    if (comparison.ranked.length >= variantsMin) return comparison;
  }
  return null;
}

/** Returns the best variant when its lead over the next is real. */
export function leaderOf({ ranked, quantity }: Pick<Comparison, "ranked" | "quantity">): string | null {
  const [first, second] = ranked;
  if (first === undefined || second === undefined) return null;
  return leadOver(first, second, quantity) === null ? null : first.variant;
}

/** Returns the cells that the best one really leads. */
export function behindIn({ ranked, quantity }: Comparison): CellFigures[] {
  const [best, ...others] = ranked;
  return best === undefined ? [] : others.filter((other) => leadOver(best, other, quantity) !== null);
}

/** Returns the real difference between two cells, the larger value over the smaller; null where none may be claimed. */
export function leadOver(a: CellFigures, b: CellFigures, { value }: Quantity): Difference | null {
  return (value(a) ?? 0) > (value(b) ?? 0) ? claimDifference(a, b, value) : claimDifference(b, a, value);
}
