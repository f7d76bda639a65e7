import type { Axis, GroupChart, Range, Series } from "./chart.ts";

/** Distance between the points of two series at one load. */
const STEP_PX = 7;
/** Distance between the first and the last of them, at most: they must be seen as one load. */
const SPREAD_MAX_PX = 28;
/** Share of the distance between two loads that the points of one load take at most. */
const SPREAD_SHARE = 0.7;
/** Room beside the first and the last value of a linear axis, as a share of its length. */
const MARGIN = 0.03;

/** Ends of an axis. */
export interface Extent {
  readonly min: number;
  readonly max: number;
}

/** Returns the ends of an axis whose values are known, with room beside the outermost; null where the library chooses. */
export function extentOf(chart: GroupChart): Extent | null {
  const { ticks, scale, names } = chart.x;
  if (names !== undefined) return { min: -0.5, max: names.length - 0.5 };
  if (ticks === null || ticks.length === 0) return null;
  const values = [...ticks, ...chart.series.flatMap((one) => [...one.points, ...one.hollow]).map(([x]) => x)];
  const first = ticks.reduce((a, b) => Math.min(a, b));
  const last = values.reduce((a, b) => Math.max(a, b));
  if (scale === "log") return { min: first / 1.15, max: last * 1.15 };
  const room = MARGIN * (last - first);
  return isDodged(chart) ? { min: first - room, max: last + room } : null;
}

/**
 * Returns by how many pixels each series stands beside its load, so that no interval lies on another: in charts of ratios,
 * where all gather around 1. Loads that are close together leave less room.
 *
 * @param plotPx length of the axis
 */
export function dodgesOf(chart: GroupChart, plotPx: number): ReadonlyMap<string, number> {
  const dodged = isDodged(chart) ? chart.series.filter(hasRanges) : [];
  const spreadPx = Math.min(SPREAD_MAX_PX, SPREAD_SHARE * gapBetweenLoads(chart, plotPx));
  const step = Math.min(STEP_PX, spreadPx / Math.max(1, dodged.length - 1));
  return new Map(dodged.map(({ name }, at) => [name, step * (at - (dodged.length - 1) / 2)] as const));
}

/** Returns the pixels between the two loads that are closest together. */
function gapBetweenLoads(chart: GroupChart, plotPx: number): number {
  const { ticks, scale } = chart.x;
  const extent = extentOf(chart);
  if (extent === null || ticks === null) return plotPx;
  const place = (x: number) => (scale === "log" ? Math.log(x) : x);
  const gaps = ticks.slice(1).map((x, at) => place(x) - place(ticks[at] ?? x));
  return (plotPx * Math.min(...gaps)) / (place(extent.max) - place(extent.min));
}

function isDodged({ y, series }: GroupChart): boolean {
  return y.isOffset === true && series.filter(hasRanges).length > 1;
}

function hasRanges({ ranges = [] }: Series): boolean {
  return ranges.length > 0;
}

/** Moves intervals by pixels. @param plotPx length of the axis */
export function moveRanges(
  ranges: readonly Range[],
  byPx: number,
  axis: Axis,
  extent: Extent | null,
  plotPx: number,
): readonly Range[] {
  if (extent === null || byPx === 0) return ranges;
  const { min, max } = extent;
  const share = byPx / plotPx;
  const move = (x: number) => (axis.scale === "log" ? x * (max / min) ** share : x + share * (max - min));
  return ranges.map(([x, low, high]): Range => [move(x), low, high]);
}
