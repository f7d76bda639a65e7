import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { axisWords, describePlace, listed } from "@c10k-lab/words";
import { behindIn, type Comparison, compareAtHardest, leaderOf } from "../../comparison/comparison.ts";
import { collectDoubts, hasDoubt } from "../../comparison/doubts.ts";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { cellsAt, cellsOf, describeFate, type Group, isWhole, listAxisValues } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import { type Axis, type Chart, numberAxis, type Point, type Range, type Series } from "../draw/chart.ts";

/** Factor between the smallest and the largest value above which a linear axis hides the small ones. */
const LOG_SPREAD = 30;

/** A quantity drawn over what the plan varies, a line a variant. */
export interface Drawing {
  readonly name: string;
  readonly heading: string;
  readonly label: string;
  /** Unit in tooltips: the quantity's, unless that repeats the label. */
  readonly unit?: string;
  readonly quantity: Quantity;
  /** Clause for the variant that is really best: "answers the most messages per second". */
  readonly leads: string;
  readonly canBeLog?: true;
}

export function drawByConnections(group: Group, drawing: Drawing): Chart {
  const { name, heading, label, quantity, unit = quantity.unit, canBeLog = false } = drawing;
  const series = makeSeries(group, quantity);
  const comparison = compareAtHardest(group, quantity) ?? compareAtHardest(group, quantity, 1);
  const values = comparison === null ? [] : [describeValues(group, comparison)];
  return {
    name,
    heading,
    title: writeTitle(group, drawing, comparison),
    caption: [...values, ...hollowSentence(group, series)].join(" "),
    x: makeXAxis(group),
    y: numberAxis(label, unit, canBeLog ? chooseScale(series) : "linear"),
    series,
  };
}

export function makeXAxis(group: Group): Axis {
  const ticks = listAxisValues(group);
  const { label, unit } = axisWords(group.axis);
  // A logarithm has no zero, and without idle connections is where everything is compared from.
  const scale = ticks.includes(0) ? "linear" : "log";
  return { label, unit: unit.trim(), scale, format: group.axis === "size" ? "bytes" : "number", ticks };
}

export function makeSeries(group: Group, { value }: Pick<Quantity, "value">): Series[] {
  const makePoint = (cell: CellFigures): Point[] => {
    const y = value(cell);
    return y === null || y === Number.POSITIVE_INFINITY ? [] : [[cell.axisValue, y]];
  };
  return group.variants.map((variant) => {
    const cells = cellsOf(group, variant);
    const points = cells.filter(isWhole).flatMap(makePoint);
    const hollow = cells.filter((cell) => !isWhole(cell)).flatMap(makePoint);
    const ranges = cells.filter(isWhole).flatMap((cell): Range[] => {
      const interval = intervalOf(cell, value);
      return interval === null ? [] : [[cell.axisValue, interval.low, interval.high]];
    });
    return { name: variant, kind: "line", points, hollow, ranges };
  });
}

function writeTitle(
  group: Group,
  { heading, quantity, leads }: Drawing,
  comparison: Comparison | null,
): string {
  const [first] = comparison?.ranked ?? [];
  if (comparison === null || first === undefined) return `${heading}, by ${axisWords(group.axis).label}`;
  const at = `at ${describePlace(group.axis, comparison.axisValue)}`;
  if (comparison.ranked.length === 1) {
    return `${first.variant}: ${quantity.format(quantity.value(first) ?? 0)} ${quantity.unit} ${at}`;
  }
  const doubt = describeDoubt(group, comparison.ranked);
  const leader = leaderOf(comparison);
  if (leader !== null) return `${leader} ${leads} ${at}${doubt}`;
  const behind = behindIn(comparison).map(({ variant }) => variant);
  if (behind.length > 0) {
    return `${listed(behind)} ${behind.length === 1 ? "is" : "are"} behind in ${quantity.what} ${at}${doubt}`;
  }
  const infinite = comparison.ranked.filter((cell) => quantity.value(cell) === Number.POSITIVE_INFINITY);
  if (infinite.length === 0) return `No real difference in ${quantity.what} ${at}`;
  return `${listed(infinite.map(({ variant }) => variant))}: infinite ${quantity.what} ${at}${doubt}`;
}

/** Returns " (inconclusive)" for a title that rests on a doubtful cell. */
export function describeDoubt(group: Group, cells: readonly CellFigures[]): string {
  return hasDoubt(collectDoubts(group, cells)) ? " (inconclusive)" : "";
}

/** Returns "At 4,000 connections: threaded 1.9 (1.8 to 2.0), epoll 0.01 (0.01 to 0.02) …" in the order of the tables. */
function describeValues(group: Group, { quantity, axisValue, ranked }: Comparison): string {
  const { format, unit, value } = quantity;
  const cells = cellsAt(group, axisValue).filter((cell) => ranked.includes(cell));
  const values = cells.map((cell) => {
    const interval = intervalOf(cell, value);
    const range = interval === null ? "" : ` (${format(interval.low)} to ${format(interval.high)})`;
    return `${cell.variant} ${format(value(cell) ?? 0)}${range}`;
  });
  const hasInterval = cells.some((cell) => intervalOf(cell, value) !== null);
  const legend = hasInterval ? `; in brackets ${CONFIDENCE_PERCENT} % intervals` : "";
  return `At ${describePlace(group.axis, axisValue)}: ${values.join(", ")} ${unit}${legend}.`;
}

/** Names the hollow marks of a chart. What they mean is said once, before the first one. */
export function hollowSentence(group: Group, series: readonly Series[]): string[] {
  const names = series.flatMap(({ name, hollow }) => {
    if (hollow.length === 0) return [];
    const byFate = Map.groupBy(hollow, ([x]) => fateAt(group, name, x));
    const said = [...byFate].map(([fate, points]) => {
      const places = [...new Set(points.map(([x]) => axisWords(group.axis).format(x)))];
      return `${listed(places)}${fate}`;
    });
    return [`${name} at ${listed(said)}`];
  });
  return names.length === 0 ? [] : [`Hollow: ${names.join("; ")}.`];
}

function fateAt(group: Group, variant: string, x: number): string {
  const cell = group.cells.find((one) => one.variant === variant && one.axisValue === x);
  return cell === undefined ? "" : ` (${describeFate(cell)})`;
}

/** Logarithmic where a linear axis would hide the small values. */
export function chooseScale(series: readonly Series[]): Axis["scale"] {
  const values = series.flatMap((one) => [...one.points, ...one.hollow]).map((point) => point[1]);
  const positive = values.filter((value) => value > 0);
  return positive.length > 0 && Math.max(...positive) >= LOG_SPREAD * Math.min(...positive)
    ? "log"
    : "linear";
}
