import { median, medianInterval } from "@c10k-lab/inference";

/** Two measurements one after the other. Machine and time are the same for both, so their ratio is reliable. */
export interface Pair<Figures> {
  readonly first: Figures;
  readonly second: Figures;
}

/** Names of the two sides. */
export interface SideNames {
  readonly first: string;
  readonly second: string;
}

/** Measures A B, then B A, and so on: a drift of the machine affects both sides alike. */
export async function* measurePairs<Figures>(
  rounds: number,
  first: () => Promise<Figures>,
  second: () => Promise<Figures>,
): AsyncGenerator<Pair<Figures>> {
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const figures = await first();
      yield { first: figures, second: await second() };
    } else {
      const figures = await second();
      yield { first: await first(), second: figures };
    }
  }
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Computes median, smallest and largest value. @param values one or more */
export function computeSpread(values: readonly number[]): Spread {
  return { median: median(values) ?? Number.NaN, min: Math.min(...values), max: Math.max(...values) };
}

type Numbers<K extends string> = Readonly<Partial<Record<K, number>>>;

/** Returns true when both sides of every pair have a figure. */
export function hasFigure<K extends string>(pairs: readonly Pair<Numbers<K>>[], figure: K): boolean {
  return pairs.every(({ first, second }) => first[figure] !== undefined && second[figure] !== undefined);
}

/** Computes the spread of second / first of a figure over the pairs. */
export function computeRatios<K extends string>(pairs: readonly Pair<Numbers<K>>[], figure: K): Spread {
  return computeSpread(divideSides(pairs, figure));
}

/** Formats the median of second / first and its interval; the median alone from too few pairs. */
export function formatRatio<K extends string>(pairs: readonly Pair<Numbers<K>>[], figure: K): string {
  const ratios = divideSides(pairs, figure);
  const interval = medianInterval(ratios);
  const range = interval === null ? "" : ` (${interval.low.toFixed(2)}..${interval.high.toFixed(2)})`;
  return `${(median(ratios) ?? Number.NaN).toFixed(2)}${range}`;
}

function divideSides<K extends string>(pairs: readonly Pair<Numbers<K>>[], figure: K): number[] {
  return pairs.map(({ first, second }) => readFigure(second, figure) / readFigure(first, figure));
}

function readFigure<K extends string>(figures: Numbers<K>, figure: K): number {
  return figures[figure] ?? Number.NaN;
}

/** Returns the median of a figure on one side. */
export function medianOf<K extends string>(
  pairs: readonly Pair<Numbers<K>>[],
  side: keyof SideNames,
  figure: K,
): number {
  return median(pairs.map((pair) => readFigure(pair[side], figure))) ?? Number.NaN;
}

/** Formats the medians of a figure on both sides, and the spread of its ratio. */
export function formatPairs<K extends string>(
  pairs: readonly Pair<Numbers<K>>[],
  figure: K,
  format: (value: number) => string,
): [first: string, second: string, ratio: string] {
  const ratios = computeRatios(pairs, figure);
  return [
    format(medianOf(pairs, "first", figure)),
    format(medianOf(pairs, "second", figure)),
    `${ratios.median.toFixed(2)} (${ratios.min.toFixed(2)}..${ratios.max.toFixed(2)})`,
  ];
}
