import type { Figures } from "./measurement.ts";

/** Two runs side by side in time: machine and moment are the same for both, so their ratio is what can be trusted. */
export interface Pair {
  readonly first: Figures;
  readonly second: Figures;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Second / first of a figure, pair by pair. */
export function ratios(pairs: readonly Pair[], figure: keyof Figures): Spread {
  return spread(pairs.map(({ first, second }) => second[figure] / first[figure]));
}
