import { type CellFigures, intervalOf, isUnbalanced } from "../cell-figures.ts";
import { compareAtLargest, leaderOf, type Quantity, valuesSentence } from "../comparison.ts";
import { integer, listed } from "../numbers.ts";
import { cellsOf, isWhole, loadsOf, type Study } from "../study.ts";
import type { Axis, Chart, Point, Range, Series } from "./chart.ts";

/** From this factor between the smallest and the largest value on, a linear axis hides the small ones. */
const LOG_SPREAD = 30;

/** A quantity drawn over the number of connections, a line a variant. */
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
    x: connectionsAxis(study),
    y: { label, unit, scale: drawing.canBeLog ? scaleOf(series) : "linear", format: "number", ticks: null },
    series,
  };
}

export function connectionsAxis(study: Study): Axis {
  const ticks = loadsOf(study).filter((load) => load > 0);
  return { label: "connections asked for", unit: "connections", scale: "log", format: "number", ticks };
}

export function seriesOf(study: Study, { value }: Pick<Quantity, "value">): Series[] {
  const pointOf = (cell: CellFigures): Point[] => {
    const y = value(cell);
    return y === null || y === Number.POSITIVE_INFINITY ? [] : [[cell.connections, y]];
  };
  return study.variants.map((variant) => {
    const cells = cellsOf(study, variant);
    const points = cells.filter(isWhole).flatMap(pointOf);
    const hollow = cells.filter((cell) => !isWhole(cell)).flatMap(pointOf);
    const ranges = cells.filter(isWhole).flatMap((cell): Range[] => {
      const interval = intervalOf(cell, value);
      return interval === null ? [] : [[cell.connections, interval.low, interval.high]];
    });
    return { name: variant, kind: "line", points, hollow, ranges };
  });
}

function titleOf(study: Study, { heading, quantity, leads }: Drawing): string {
  const comparison = compareAtLargest(study, quantity);
  if (comparison === null) return `${heading}, by connections`;
  const at = `at ${integer(comparison.connections)} connections`;
  const leader = leaderOf(comparison);
  return leader === null ? `No real difference in ${quantity.what} ${at}` : `${leader} ${leads} ${at}`;
}

function captionOf(study: Study, quantity: Quantity, series: readonly Series[]): string {
  const comparison = compareAtLargest(study, quantity);
  const values = comparison === null ? "" : valuesSentence(study, comparison);
  return [values, hollowSentence(study, series)].filter((sentence) => sentence !== "").join(" ");
}

/** Names the hollow marks of a chart. What they mean is said once, before the first one. */
export function hollowSentence(study: Study, series: readonly Series[]): string {
  const names = series.flatMap(({ name, hollow }) =>
    hollow.length === 0 ? [] : [`${name} at ${listed(hollow.map(([load]) => markOf(study, name, load)))}`],
  );
  return names.length === 0 ? "" : `Hollow: ${names.join("; ")}.`;
}

function markOf(study: Study, variant: string, load: number): string {
  const cell = study.cells.find((one) => one.variant === variant && one.connections === load);
  if (cell === undefined) return integer(load);
  return `${integer(load)} (${isUnbalanced(cell.cell) ? "ledgers do not balance" : cell.status})`;
}

function scaleOf(series: readonly Series[]): Axis["scale"] {
  const values = series.flatMap((one) => [...one.points, ...one.hollow]).map((point) => point[1]);
  const positive = values.filter((value) => value > 0);
  return positive.length > 0 && Math.max(...positive) >= LOG_SPREAD * Math.min(...positive)
    ? "log"
    : "linear";
}
