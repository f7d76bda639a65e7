import type { Axis, GroupChart, Point, Series } from "./chart.ts";
import { isNarrow, namesOf, widthOf } from "./legend.ts";
import type { Look, Mark } from "./looks.ts";

/** Sizes of labels in pixels: the letters, the height with the room around them, and the line that joins a label to its curve. */
const SIZES = {
  wide: { font: 14, height: 18, leader: 16 },
  narrow: { font: 12, height: 15, leader: 12 },
} as const;
/** Room right of a label. */
const MARGIN_PX = 8;
/** Labels take at most this share of a chart. */
const WIDTH_SHARE_MAX = 0.3;
/** A line that ends left of this share of the plot is too far from its label. */
const END_SHARE_MIN = 0.8;
/** Labels that stand one below the other beside the lowest plot, that on paper; more lines are labelled in the legend. */
const LABELS_MAX = 13;

/** The parts of a chart in the words of the chart library that places need. */
interface Plot {
  convertToPixel(finder: { gridIndex: number }, point: number[]): number | number[];
}

/** Last mark of a line. */
interface End {
  readonly name: string;
  readonly point: Point;
}

/**
 * Places labels of one height so that none stands on another: each as near to where it is wanted as the others let it.
 *
 * @param wantedPx middles, in any order
 * @param bounds first and last pixel that a label may cover
 * @returns the middles in the order of `wantedPx`; closer together than `heightPx` only where all do not fit
 */
export function placeLabels(
  wantedPx: readonly number[],
  heightPx: number,
  [topPx, bottomPx]: readonly [number, number],
): number[] {
  const step = Math.min(heightPx, (bottomPx - topPx) / Math.max(1, wantedPx.length));
  const order = wantedPx.map((_, at) => at).toSorted((a, b) => (wantedPx[a] ?? 0) - (wantedPx[b] ?? 0));
  // Labels that touch form a block; its middle is the mean of what they want.
  const blocks: { sum: number; count: number; top: number }[] = [];
  for (const at of order) {
    let block = settle({ sum: wantedPx[at] ?? 0, count: 1, top: 0 });
    for (
      let above = blocks.at(-1);
      above && above.top + above.count * step > block.top;
      above = blocks.at(-1)
    ) {
      blocks.pop();
      block = settle({ sum: above.sum + block.sum, count: above.count + block.count, top: 0 });
    }
    blocks.push(block);
  }
  const placed = wantedPx.map(() => 0);
  let rank = 0;
  for (const { top, count } of blocks) {
    for (let within = 0; within < count; within++) placed[order[rank++] ?? 0] = top + (within + 0.5) * step;
  }
  return placed;

  function settle(block: { sum: number; count: number; top: number }) {
    const height = block.count * step;
    const top = block.sum / block.count - height / 2;
    return { ...block, top: Math.max(topPx, Math.min(bottomPx - height, top)) };
  }
}

/** Returns the pixels right of the plot that labels at the lines' ends take; 0 where a legend is easier to read. */
export function endLabelRoom(chart: Pick<GroupChart, "series" | "x" | "y">, widthPx: number): number {
  const { font, leader } = sizesFor(widthPx);
  const ends = listEnds(chart);
  const roomPx = leader + Math.max(0, ...ends.map(({ name }) => widthOf(name, font))) + MARGIN_PX;
  const isFit =
    ends.length <= LABELS_MAX &&
    ends.length === namesOf(chart.series).length &&
    roomPx <= widthPx * WIDTH_SHARE_MAX &&
    chart.series.every(({ name, kind }) => name === "asked" || kind === "line" || kind === "curve") &&
    endAlike(ends, chart);
  return isFit ? roomPx : 0;
}

/** Returns the names of series from the highest end of a line to the lowest, as a reader meets them; dots have no end. */
export function namesByEnd(chart: Pick<GroupChart, "series" | "x" | "y">): string[] {
  if (chart.series.some(({ kind }) => kind === "dots")) return namesOf(chart.series);
  const ends = new Map(listEnds(chart).map(({ name, point }) => [name, point[1]]));
  return namesOf(chart.series).toSorted((a, b) => (ends.get(b) ?? 0) - (ends.get(a) ?? 0));
}

function sizesFor(widthPx: number) {
  return isNarrow(widthPx) ? SIZES.narrow : SIZES.wide;
}

/** All lines end near the right side. */
function endAlike(ends: readonly End[], { series, x }: Pick<GroupChart, "series" | "x">): boolean {
  const xs = series.flatMap((one) => [...one.points, ...one.hollow]).map(([value]) => scaled(value, x));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  return to > from && ends.every(({ point }) => (scaled(point[0], x) - from) / (to - from) >= END_SHARE_MIN);
}

function scaled(value: number, { scale }: Axis): number {
  return scale === "log" ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
}

function listEnds({ series, x, y }: Pick<GroupChart, "series" | "x" | "y">): End[] {
  const isDrawable = (point: Point) =>
    (x.scale !== "log" || point[0] > 0) && (y.scale !== "log" || point[1] > 0);
  return namesOf(series).flatMap((name): End[] => {
    const points = series
      .filter((one) => one.name === name)
      .flatMap(lineOf)
      .filter(isDrawable);
    const [first, ...others] = points;
    return first === undefined
      ? []
      : [{ name, point: others.reduce((a, b) => (b[0] >= a[0] ? b : a), first) }];
  });
}

/** Returns the points that the line of a series goes through, and the hollow marks that continue it. */
function lineOf({ points, hollow, curve = [] }: Series): readonly Point[] {
  return curve.length > 0 ? curve : [...points, ...hollow];
}

/**
 * Returns the labels of the lines' ends in the words of the chart library, each joined to its line in the colour of the line.
 * The chart must have been laid out: the places are its pixels.
 *
 * @param marks by name of the series
 * @param hidden names of the series that the reader switched off
 */
export function endLabels(
  plot: Plot,
  chart: Pick<GroupChart, "series" | "x" | "y">,
  marks: ReadonlyMap<string, Mark>,
  look: Look,
  sizePx: { readonly width: number; readonly height: number },
  hidden: ReadonlySet<string> = new Set(),
) {
  const roomPx = endLabelRoom(chart, sizePx.width);
  if (roomPx === 0) return [];
  const ends = listEnds(chart)
    .filter(({ name }) => !hidden.has(name))
    .map(({ name, point }) => {
      const [x = 0, y = 0] = [plot.convertToPixel({ gridIndex: 0 }, [point[0], point[1]])].flat();
      return { name, x, y };
    });
  const wanted = ends.map(({ y }) => y);
  const middles = placeLabels(wanted, sizesFor(sizePx.width).height, [0, sizePx.height]);
  return ends.flatMap((end, at) => {
    const colour = marks.get(end.name)?.colour ?? look.muted;
    return drawLabel(end, middles[at] ?? end.y, colour, look, { width: sizePx.width, room: roomPx });
  });
}

/** Draws a label at its place, and the line that joins it to the end of its curve. */
function drawLabel(
  { name, x, y }: { readonly name: string; readonly x: number; readonly y: number },
  middle: number,
  colour: string,
  look: Look,
  { width, room }: { readonly width: number; readonly room: number },
) {
  const { font, leader } = sizesFor(width);
  const left = width - room;
  const points = [
    [x, y],
    [left + 2, y],
    [left + leader - 4, middle],
  ];
  const style = { stroke: colour, lineWidth: 1, fill: "none" };
  return [
    { type: "polyline" as const, silent: true, z: 1, shape: { points }, style },
    {
      type: "text" as const,
      silent: true,
      z: 6,
      x: left + leader,
      y: middle,
      style: { text: name, fill: look.text, fontSize: font, verticalAlign: "middle" as const },
    },
  ];
}
