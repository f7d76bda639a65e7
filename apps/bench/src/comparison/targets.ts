import { computeRatios, hasFigure, type Pair } from "./pairs.ts";

/** Bound of the median ratio of a figure, second side to first. */
export interface Target<Figure extends string> {
  readonly label: string;
  readonly figure: Figure;
  readonly bound: "least" | "most";
  readonly ratio: number;
}

/** Returns the target of a figure in words: "≤ 1.20"; "" when it has none. */
export function formatTarget<F extends string>(targets: readonly Target<F>[], figure: F): string {
  const target = targets.find((each) => each.figure === figure);
  return target === undefined ? "" : `${target.bound === "most" ? "≤" : "≥"} ${target.ratio.toFixed(2)}`;
}

/** Returns the targets that the median ratios miss, each with its ratio; NaN where the figure was not measured. */
export function findMissed<F extends string>(
  targets: readonly Target<F>[],
  pairs: readonly Pair<Readonly<Partial<Record<F, number>>>>[],
): (Target<F> & { readonly median: number })[] {
  return targets.flatMap((target) => {
    const { figure, bound, ratio } = target;
    const median = hasFigure(pairs, figure) ? computeRatios(pairs, figure).median : Number.NaN;
    return (bound === "most" ? median <= ratio : median >= ratio) ? [] : [{ ...target, median }];
  });
}
