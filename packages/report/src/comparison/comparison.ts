import { CONFIDENCE_PERCENT, type Interval, RUNS_MIN, ratioInterval } from "@c10k-lab/inference";
import type { DoubtReason } from "@c10k-lab/protocol";
import { listed, plural, ratio } from "@c10k-lab/words";
import { type CellFigures, intervalOf, valuesOf } from "../model/cell-figures.ts";
import { RATIO_MIN } from "../model/limits.ts";
import { placeOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import type { RunFigures } from "../model/run-figures.ts";
import { isWhole, placesOf, type Study } from "../model/study.ts";

type Value = (run: RunFigures) => number | null;

/** More doubtful cells of one sentence are counted, not named. */
const NAMED_MAX = 4;

/** One variant's place in a comparison. */
export interface Ranked {
  readonly variant: string;
  readonly value: number;
  readonly cell: CellFigures;
}

/** The variants at one load, best first: whole cells only. */
export interface Comparison {
  /** The place on the axis. */
  readonly x: number;
  readonly quantity: Quantity;
  readonly ranked: readonly Ranked[];
}

/** How two cells differ in a quantity. */
export interface Difference {
  /** Of the medians. */
  readonly ratio: number;
  readonly interval: Interval;
}

/** Of one cell's median to another's; null where one has no value, or too few runs for an interval. */
export function ratioOf(over: CellFigures, under: CellFigures, value: Value): Difference | null {
  const interval = ratioInterval(valuesOf(over, value), valuesOf(under, value));
  const [a, b] = [value(over), value(under)];
  if (interval === null || a === null || b === null) return null;
  return { ratio: a === b ? 1 : a / b, interval };
}

/**
 * A difference is real when the bootstrap interval of the ratio of the medians leaves out 1, and when it is large enough
 * to mean anything.
 */
export function isReal({ ratio, interval }: Difference): boolean {
  if (ratio >= 1) return interval.low > 1 && ratio >= RATIO_MIN;
  return interval.high < 1 && ratio <= 1 / RATIO_MIN;
}

/** Null where nothing may be claimed: one or two runs prove nothing, and nothing is so many times zero. */
export function difference(larger: CellFigures, smaller: CellFigures, value: Value): Difference | null {
  const ratio = ratioOf(larger, smaller, value);
  return ratio !== null && value(smaller) !== 0 && isReal(ratio) ? ratio : null;
}

export function compareAt(study: Study, quantity: Quantity, x: number): Comparison {
  const ranked = study.variants.flatMap((variant): Ranked[] => {
    const cell = study.cells.find((one) => one.variant === variant && one.x === x);
    const value = cell !== undefined && isWhole(cell) ? quantity.value(cell) : null;
    return value === null || cell === undefined ? [] : [{ variant, value, cell }];
  });
  const sign = quantity.better === "high" ? -1 : 1;
  return { x, quantity, ranked: ranked.toSorted((a, b) => sign * (a.value - b.value)) };
}

/**
 * At the hardest place for which at least so many variants have a value: the largest load, the shortest backlog. null when
 * there is none.
 */
export function compareAtHardest(study: Study, quantity: Quantity, variantsMin = 2): Comparison | null {
  const places = study.axis === "backlog" ? placesOf(study) : placesOf(study).reverse();
  for (const x of places) {
    const comparison = compareAt(study, quantity, x);
    if (comparison.ranked.length >= variantsMin) return comparison;
  }
  return null;
}

/** The best variant, when it is really ahead of the next. */
export function leaderOf({ ranked, quantity }: Comparison): string | null {
  const [first, second] = ranked;
  if (first === undefined || second === undefined) return null;
  return leadOver(first, second, quantity) === null ? null : first.variant;
}

/** Those the best is really ahead of. */
export function behindIn({ ranked, quantity }: Comparison): Ranked[] {
  const [best, ...others] = ranked;
  return best === undefined ? [] : others.filter((other) => leadOver(best, other, quantity) !== null);
}

/** The best against each of the others; those that no interval tells apart share one sentence. */
export function comparisonSentences(study: Study, comparison: Comparison): string[] {
  const { quantity, x, ranked } = comparison;
  const [best, ...others] = ranked;
  if (best === undefined || others.length === 0) return [];
  const at = placeOf(study.axis, x);
  const real = others.filter((other) => leadOver(best, other, quantity) !== null);
  const sentences = real.map((other) => `At ${at} ${realSentence(study, best, other, quantity)}`);
  const close = [best, ...others.filter((other) => !real.includes(other))];
  if (close.length < 2) return sentences;
  const names = listed(close.map((one) => one.variant));
  const values = `${listed(close.map((one) => quantity.format(one.value)))} ${quantity.unit}`;
  const few = close.some(({ cell }) => valuesOf(cell, quantity.value).length < RUNS_MIN);
  const why = few
    ? `fewer than ${RUNS_MIN} runs have no interval, so nothing is claimed`
    : "their intervals overlap";
  return [
    ...sentences,
    `At ${at} no real difference in ${quantity.what} is shown between ${names} (${values}; ${why}).${doubtOf(study, close)}`,
  ];
}

/** How two cells at one place differ; null where nothing may be claimed. */
export function leadOver(a: Ranked, b: Ranked, { value }: Quantity): Difference | null {
  return a.value > b.value ? difference(a.cell, b.cell, value) : difference(b.cell, a.cell, value);
}

function realSentence(study: Study, a: Ranked, b: Ranked, quantity: Quantity): string {
  const [more, less] = a.value > b.value ? [a, b] : [b, a];
  const doubt = doubtOf(study, [more, less]);
  if (more.value === Number.POSITIVE_INFINITY) {
    return `${more.variant}'s ${quantity.what} was ${infinitePart(more.cell, quantity)}, unlike ${less.variant}'s (${valueAndRange(less.cell, quantity)}).${doubt}`;
  }
  const real = leadOver(a, b, quantity);
  const interval = real === null ? "" : `${CONFIDENCE_PERCENT} % interval ${between(real.interval)}; `;
  const values = `${quantity.format(more.value)} against ${quantity.format(less.value)} ${quantity.unit}`;
  const size = `${ratio(real?.ratio ?? 1)} times ${less.variant}'s`;
  return `${more.variant}'s ${quantity.what} was ${size} (${interval}${values}).${doubt}`;
}

/** "infinite in 5 of 5 runs": nothing is so many times as much. */
export function infinitePart(cell: CellFigures, { value }: Quantity): string {
  const values = valuesOf(cell, value);
  const infinite = values.filter((one) => one === Number.POSITIVE_INFINITY).length;
  return `infinite in ${infinite} of ${plural(values.length, "run")}`;
}

/** "5.15 ms, 99 % interval 4.92 to 24.6" */
export function valueAndRange(cell: CellFigures, { value, format, unit }: Quantity): string {
  const interval = intervalOf(cell, value);
  const range =
    interval === null
      ? ""
      : `, ${CONFIDENCE_PERCENT} % interval ${format(interval.low)} to ${format(interval.high)}`;
  return `${format(value(cell) ?? 0)} ${unit}${range}`;
}

/** "1.10 to 1.29" */
export function between({ low, high }: Interval): string {
  return `${ratio(low)} to ${ratio(high)}`;
}

/**
 * What rests on a cell whose figures may not be the server's is said to be that. What the study's question is about is
 * held against no cell.
 */
export function doubtOf(
  { expected }: Pick<Study, "expected">,
  compared: readonly Pick<Ranked, "cell">[],
  ignored: readonly DoubtReason[] = [],
): string {
  const cells = [...new Set(compared.map(({ cell }) => cell))];
  const doubtful = cells.flatMap((cell) => {
    const doubts = cell.doubts.filter((doubt) => !expected.includes(doubt) && !ignored.includes(doubt));
    return doubts.length === 0 ? [] : [{ name: cell.name, doubts }];
  });
  if (doubtful.length === 0) return "";
  if (doubtful.length > NAMED_MAX) {
    const reasons = [...new Set(doubtful.flatMap(({ doubts }) => doubts))];
    return ` Inconclusive: ${doubtful.length} of these ${cells.length} cells (${reasons.join(", ")}).`;
  }
  return ` Inconclusive: ${listed(doubtful.map(({ name, doubts }) => `${name} (${doubts.join(", ")})`))}.`;
}

/** "At 4,000 connections: threaded 1.9 (1.8 to 2.0), epoll 0.01 (0.01 to 0.02) switches per message." in the order of the tables. */
export function valuesSentence(study: Study, { quantity, x, ranked }: Comparison): string {
  const ordered = study.variants.flatMap((variant) => ranked.filter((one) => one.variant === variant));
  const ranges = ordered.map(({ cell }) => intervalOf(cell, quantity.value));
  const values = ordered.map(({ variant, value }, at) => {
    const range = ranges[at];
    const interval =
      range == null ? "" : ` (${quantity.format(range.low)} to ${quantity.format(range.high)})`;
    return `${variant} ${quantity.format(value)}${interval}`;
  });
  const named = ranges.some((range) => range !== null)
    ? `; in brackets ${CONFIDENCE_PERCENT} % intervals`
    : "";
  return `At ${placeOf(study.axis, x)}: ${values.join(", ")} ${quantity.unit}${named}.`;
}
