import { axisWords, listed } from "@c10k-lab/words";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { cellsOf, describeFate, type Group, isWhole, listAxisValues } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import {
  type Axis,
  type Chart,
  makeLoadAxis,
  numberAxis,
  type Point,
  type Range,
  type Series,
} from "../draw/chart.ts";

/** Factor between the smallest and the largest value above which a linear axis hides the small ones. */
const LOG_SPREAD = 30;

/** A quantity drawn over what the plan varies, a line a variant. */
export interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly label: string;
  /** Unit in tooltips: the quantity's, unless that repeats the label. */
  readonly unit?: string;
  readonly quantity: Quantity;
  readonly canBeLog?: true;
  /** Sentences on what the values are. */
  readonly note?: string;
  /** Reason why servers of this project may lack it, before their names. */
  readonly missing?: string;
}

export function drawByConnections(group: Group, drawing: Drawing): Chart {
  const { name, title, label, quantity, unit = quantity.unit, canBeLog = false, note = "" } = drawing;
  const series = makeSeries(group, quantity);
  return {
    name,
    title: `${title}, by ${axisWords(group.axis).label}`,
    caption: [
      ...(note === "" ? [] : [note]),
      ...hollowSentence(group, series),
      ...unknownSentence(group, listEmpty(series)),
      ...missingSentence(group, listEmpty(series), drawing.missing),
    ].join(" "),
    x: makeLoadAxis(group.axis, listDrawnValues(group, series)),
    y: numberAxis(label, unit, canBeLog ? chooseScale(series) : "linear"),
    series,
  };
}

/** Returns the axis values from the first to the last with a point: an axis is not longer than its lines. */
function listDrawnValues(group: Group, series: readonly Series[]): number[] {
  const values = listAxisValues(group);
  const drawn = series.flatMap(({ points, hollow }) => [...points, ...hollow]).map(([x]) => x);
  const [first, last] = [
    values.findIndex((x) => drawn.includes(x)),
    values.findLastIndex((x) => drawn.includes(x)),
  ];
  return first === -1 ? values : values.slice(first, last + 1);
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
      // Where some repetitions have messages that never came back, the interval has no upper end to draw.
      return interval === null || !Number.isFinite(interval.high)
        ? []
        : [[cell.axisValue, interval.low, interval.high]];
    });
    return { name: variant, kind: "line", points, hollow, ranges };
  });
}

/** Names the hollow marks of a chart. */
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

function listEmpty(series: readonly Series[]): string[] {
  return series.filter(({ points, hollow }) => points.length + hollow.length === 0).map(({ name }) => name);
}

function isForeign({ cells }: Group, name: string): boolean {
  return cells.some(({ variant, middle }) => variant === name && middle.ledger !== "both");
}

function missingSentence(group: Group, variants: readonly string[], reason: string | undefined): string[] {
  const own = variants.filter((name) => !isForeign(group, name));
  return reason === undefined || own.length === 0 ? [] : [`${reason}: ${listed(own)}.`];
}

/** Names servers of others that a chart lacks. Ours lack only what their architecture does not have. */
export function unknownSentence(group: Group, variants: readonly string[]): string[] {
  const unknown = variants.filter((name) => isForeign(group, name));
  return unknown.length === 0 ? [] : [`Not known from outside: ${listed(unknown)}.`];
}

function fateAt(group: Group, variant: string, x: number): string {
  const cell = group.cells.find((one) => one.variant === variant && one.axisValue === x);
  return cell === undefined ? "" : ` (${describeFate(cell)})`;
}

/** Chooses a logarithmic scale where a linear axis would hide the small values. */
export function chooseScale(series: readonly Series[]): Axis["scale"] {
  const values = series.flatMap((one) => [...one.points, ...one.hollow]).map((point) => point[1]);
  // Neither Math.min nor Math.max takes a million arguments, a connection each.
  const positive = values.filter((value) => value > 0);
  const low = positive.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = positive.reduce((most, value) => Math.max(most, value), 0);
  return high >= LOG_SPREAD * low ? "log" : "linear";
}
