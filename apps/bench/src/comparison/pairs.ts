/** Two runs side by side in time: machine and moment are the same for both, so their ratio is what can be trusted. */
export interface Pair<Figures> {
  readonly first: Figures;
  readonly second: Figures;
}

/** What the two sides are called. */
export interface SideNames {
  readonly first: string;
  readonly second: string;
}

/** A B, then B A: what drifts while they run meets both sides alike. */
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

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

type Numbers<K extends string> = Readonly<Record<K, number>>;

/** Second / first of a figure, pair by pair. */
export function ratios<K extends string>(pairs: readonly Pair<Numbers<K>>[], figure: K): Spread {
  return spread(pairs.map(({ first, second }) => second[figure] / first[figure]));
}

/** Of a figure on one side. */
export function medianOf<K extends string>(
  pairs: readonly Pair<Numbers<K>>[],
  side: keyof SideNames,
  figure: K,
): number {
  return spread(pairs.map((pair) => pair[side][figure])).median;
}

/** The medians of a figure on both sides, and of its ratio: what a table shows of it. */
export function compared<K extends string>(
  pairs: readonly Pair<Numbers<K>>[],
  figure: K,
  format: (value: number) => string,
): [first: string, second: string, ratio: string] {
  const { median, min, max } = ratios(pairs, figure);
  return [
    format(medianOf(pairs, "first", figure)),
    format(medianOf(pairs, "second", figure)),
    `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`,
  ];
}
