import { listed } from "@c10k-lab/words";
import {
  behindIn,
  compareAtHardest,
  doubtOf,
  leaderOf,
  valuesSentence,
} from "../../comparison/comparison.ts";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { placeOf, wordsOf } from "../../model/place.ts";
import type { Quantity } from "../../model/quantities.ts";
import { cellsOf, fateOf, isWhole, placesOf, type Study } from "../../model/study.ts";
import type { Axis, Chart, Point, Range, Series } from "../draw/chart.ts";

/** From this factor between the smallest and the largest value on, a linear axis hides the small ones. */
const LOG_SPREAD = 30;

/** A quantity drawn over what the plan varies, a line a variant. */
export interface Drawing {
  readonly name: string;
  readonly heading: string;
  readonly label: string;
  readonly unit: string;
  readonly quantity: Quantity;
  /** Before "at 4,000 connections" when one variant is really best: "answers the most messages per second". */
  readonly leads: string;
  readonly canBeLog: boolean;
}

export function drawByConnections(study: Study, drawing: Drawing): Chart {
  const { name, heading, label, unit, quantity } = drawing;
  const series = seriesOf(study, quantity);
  return {
    name,
    heading,
    title: titleOf(study, drawing),
    caption: captionOf(study, quantity, series),
    x: xAxisOf(study),
    y: { label, unit, scale: drawing.canBeLog ? scaleOf(series) : "linear", format: "number", ticks: null },
    series,
  };
}

export function xAxisOf(study: Study): Axis {
  const ticks = placesOf(study);
  const { label, unit } = wordsOf(study.axis);
  // A logarithm has no zero, and without idle connections is where everything is compared from.
  const scale = ticks.includes(0) ? "linear" : "log";
  return { label, unit: unit.trim(), scale, format: study.axis === "size" ? "bytes" : "number", ticks };
}

export function seriesOf(study: Study, { value }: Pick<Quantity, "value">): Series[] {
  const pointOf = (cell: CellFigures): Point[] => {
    const y = value(cell);
    return y === null || y === Number.POSITIVE_INFINITY ? [] : [[cell.x, y]];
  };
  return study.variants.map((variant) => {
    const cells = cellsOf(study, variant);
    const points = cells.filter(isWhole).flatMap(pointOf);
    const hollow = cells.filter((cell) => !isWhole(cell)).flatMap(pointOf);
    const ranges = cells.filter(isWhole).flatMap((cell): Range[] => {
      const interval = intervalOf(cell, value);
      return interval === null ? [] : [[cell.x, interval.low, interval.high]];
    });
    return { name: variant, kind: "line", points, hollow, ranges };
  });
}

function titleOf(study: Study, { heading, quantity, leads }: Drawing): string {
  const comparison = compareAtHardest(study, quantity);
  if (comparison === null) return titleOfOne(study, heading, quantity);
  const at = `at ${placeOf(study.axis, comparison.x)}`;
  const leader = leaderOf(comparison);
  const behind = behindIn(comparison).map(({ variant }) => variant);
  const doubt = doubtOf(study, comparison.ranked) === "" ? "" : " (inconclusive)";
  if (leader !== null) return `${leader} ${leads} ${at}${doubt}`;
  if (behind.length === 0) return `No real difference in ${quantity.what} ${at}`;
  return `${listed(behind)} ${behind.length === 1 ? "is" : "are"} behind in ${quantity.what} ${at}${doubt}`;
}

/** What only one variant has. */
function titleOfOne(study: Study, heading: string, quantity: Quantity): string {
  const comparison = compareAtHardest(study, quantity, 1);
  const [only] = comparison?.ranked ?? [];
  if (comparison === null || only === undefined) return `${heading}, by ${wordsOf(study.axis).label}`;
  return `${only.variant}: ${quantity.format(only.value)} ${quantity.unit} at ${placeOf(study.axis, comparison.x)}`;
}

function captionOf(study: Study, quantity: Quantity, series: readonly Series[]): string {
  const comparison = compareAtHardest(study, quantity) ?? compareAtHardest(study, quantity, 1);
  const values = comparison === null ? "" : valuesSentence(study, comparison);
  return [values, hollowSentence(study, series)].filter((sentence) => sentence !== "").join(" ");
}

/** Names the hollow marks of a chart. What they mean is said once, before the first one. */
export function hollowSentence(study: Study, series: readonly Series[]): string {
  const names = series.flatMap(({ name, hollow }) => {
    if (hollow.length === 0) return [];
    const byFate = Map.groupBy(hollow, ([x]) => fateAt(study, name, x));
    const said = [...byFate].map(([fate, points]) => {
      const places = [...new Set(points.map(([x]) => wordsOf(study.axis).format(x)))];
      return `${listed(places)}${fate}`;
    });
    return [`${name} at ${listed(said)}`];
  });
  return names.length === 0 ? "" : `Hollow: ${names.join("; ")}.`;
}

function fateAt(study: Study, variant: string, x: number): string {
  const cell = study.cells.find((one) => one.variant === variant && one.x === x);
  return cell === undefined ? "" : ` (${fateOf(cell)})`;
}

/** Logarithmic where a linear axis would hide the small values. */
export function scaleOf(series: readonly Series[]): Axis["scale"] {
  const values = series.flatMap((one) => [...one.points, ...one.hollow]).map((point) => point[1]);
  const positive = values.filter((value) => value > 0);
  return positive.length > 0 && Math.max(...positive) >= LOG_SPREAD * Math.min(...positive)
    ? "log"
    : "linear";
}
