import type { CellComparison, Change, ComparedQuantity, ExperimentComparison } from "@c10k-lab/protocol";
import { axisWords, quantityWords } from "@c10k-lab/words";
import {
  type Axis,
  type GroupChart,
  LINE_POINTS_MIN,
  makeLoadAxis,
  numberAxis,
  type Range,
  type Series,
} from "../charts/draw/chart.ts";

/** A reader looks at this many charts at most. */
const CHARTS_MAX = 6;
/** An interval of a wider ratio is not drawn: it would squeeze all the others. */
const DRAWN_MAX = 3;

/** A quantity of one group's cells. */
interface Compared {
  readonly group: string | null;
  readonly quantity: ComparedQuantity;
  readonly pairs: readonly Pair[];
}

interface Pair {
  readonly cell: CellComparison;
  readonly change: Change;
}

/**
 * Draws after ÷ before with its interval, for each server and load: a chart for each group and quantity with three loads
 * or more. Those with regressions come first, then the quantities that answer most.
 */
export function comparisonCharts({ cells, confidencePercent }: ExperimentComparison): GroupChart[] {
  const servers = [...new Set(cells.map(({ server }) => server))];
  const pairs = cells.flatMap((cell) => cell.changes.map((change) => ({ cell, change })));
  const known = pairs.filter(({ change }) => ratiosOf(change) !== null);
  const compared = [...Map.groupBy(known, ({ cell, change }) => `${cell.group} ${change.quantity}`).values()]
    .flatMap((alike): Compared[] => {
      const [first] = alike;
      return first === undefined
        ? []
        : [{ group: first.cell.group, quantity: first.change.quantity, pairs: alike }];
    })
    .toSorted((a, b) => concern(b) - concern(a) || rankOf(a) - rankOf(b));
  return compared.flatMap((one) => drawRatios(one, servers, confidencePercent)).slice(0, CHARTS_MAX);
}

/** Counts the regressions of a chart. */
function concern({ pairs }: Compared): number {
  return pairs.filter(({ change }) => change.counts && change.isBeyondThreshold).length;
}

/** Quantities that a reader looks for first: what a message costs, then how many there are and how long they take. */
const FIRST: readonly ComparedQuantity[] = ["cpu", "rate", "p99"];

function rankOf({ quantity }: Compared): number {
  return FIRST.includes(quantity) ? FIRST.indexOf(quantity) : FIRST.length;
}

function drawRatios(
  { group, quantity, pairs }: Compared,
  servers: readonly string[],
  confidencePercent: number,
): GroupChart[] {
  const variants = [...new Set(pairs.map(({ cell }) => cell.variant))];
  const series = variants.map((variant) => makeSeries(variant, pairs));
  const [axis] = pairs.map(({ cell }) => cell.axis);
  if (axis === undefined || series.every(({ points }) => points.length < LINE_POINTS_MIN)) return [];
  const ticks = [...new Set(pairs.map(({ cell }) => cell.axisValue))].toSorted((a, b) => a - b);
  const { what } = quantityWords(quantity);
  const place = group === null ? "" : `${group}: `;
  const name = `${group === null ? "" : `${group}-`}${quantity}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const better = pairs[0]?.change.better === "high" ? "higher" : "lower";
  return [
    {
      name: `compare-${name}`,
      title: `${place}${what}, after ÷ before, by ${axisWords(axis).label}`,
      caption: `Bars are ${confidencePercent} % intervals; one that does not meet the dashed line at 1 shows a change. ${better === "higher" ? "Higher" : "Lower"} is better.`,
      x: makeLoadAxis(axis, ticks),
      y: { ...numberAxis("after ÷ before", ""), isOffset: true } satisfies Axis,
      series: [unity(ticks), ...series],
      variants,
      servers,
    },
  ];
}

/** The line of no change. */
function unity(ticks: readonly number[]): Series {
  const ends = [ticks[0] ?? 0, ticks.at(-1) ?? 0].map((x) => [x, 1] as const);
  return { name: "asked", kind: "line", points: ends, hollow: [] };
}

function makeSeries(variant: string, pairs: readonly Pair[]): Series {
  const drawn = pairs
    .filter(({ cell }) => cell.variant === variant)
    .flatMap(({ cell, change }) => {
      const ratios = ratiosOf(change);
      return ratios === null ? [] : [{ x: cell.axisValue, ...ratios }];
    })
    .toSorted((a, b) => a.x - b.x);
  const ranges = drawn
    .filter(({ low, high, ratio }) => high <= DRAWN_MAX * ratio && low >= ratio / DRAWN_MAX)
    .map(({ x, low, high }): Range => [x, low, high]);
  return {
    name: variant,
    kind: "line",
    points: drawn.map(({ x, ratio }) => [x, ratio] as const),
    hollow: [],
    ranges,
  };
}

/** Returns a change as ratios; null where it has no finite interval. */
function ratiosOf({ changePercent, intervalPercent }: Change) {
  const [ratio, low, high] = [changePercent, intervalPercent?.low, intervalPercent?.high].map((percent) =>
    typeof percent === "number" ? 1 + percent / 100 : null,
  );
  return typeof ratio === "number" && typeof low === "number" && typeof high === "number"
    ? { ratio, low, high }
    : null;
}
