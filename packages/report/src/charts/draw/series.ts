import type { LineSeriesOption, ScatterSeriesOption } from "echarts";
import type { GroupChart, Point, Range, Series } from "./chart.ts";
import { dodgesOf, extentOf, moveRanges } from "./dodge.ts";
import { widthOf } from "./legend.ts";
import { assignMarks, type Look, type Mark } from "./looks.ts";

type SeriesOption = LineSeriesOption | ScatterSeriesOption;

/** Returns the drawing of each series by its name. */
export function marksOf(chart: GroupChart, look: Look): ReadonlyMap<string, Mark> {
  const drawn = chart.series.filter(({ name }) => name !== "asked");
  const variants = [...new Set([...chart.variants, ...drawn.map(nameVariant)])];
  const marks = assignMarks({ servers: chart.servers, variants }, look);
  return new Map(
    drawn.flatMap((one) => {
      const mark = marks.get(nameVariant(one));
      return mark === undefined ? [] : [[one.name, mark] as const];
    }),
  );
}

/** Returns the series of a chart in the words of the chart library. @param plotPx width of the plot */
export function makeSeries(chart: GroupChart, look: Look, plotPx: number): SeriesOption[] {
  const marks = marksOf(chart, look);
  const dodges = dodgesOf(chart, plotPx);
  const extent = extentOf(chart);
  return chart.series.flatMap((one) => {
    const mark = marks.get(one.name);
    if (mark === undefined) return [reference(one, look)];
    if (one.kind === "bracket") return drawBracket(one, mark, look, plotPx / chart.series.length);
    const dodgePx = dodges.get(one.name) ?? 0;
    const ranges = moveRanges(one.ranges ?? [], dodgePx, chart.x, extent, plotPx);
    return drawSeries({ ...one, ranges }, mark, chart, look, dodgePx);
  });
}

function nameVariant({ of, name }: Series): string {
  return of ?? name;
}

/** Draws the values that were asked for, across everything else. */
function reference({ name, points }: Series, look: Look) {
  return {
    name,
    type: "line" as const,
    color: look.text,
    showSymbol: false,
    symbol: "none",
    lineStyle: { color: look.text, width: 1.5, type: "dashed" as const },
    emphasis: { disabled: true },
    data: copy(points),
    z: 5,
  };
}

function drawSeries(one: Series, mark: Mark, chart: GroupChart, look: Look, dodgePx: number): SeriesOption[] {
  const symbolOffset: [number, number] = [dodgePx, 0];
  const common = { name: one.name, symbol: mark.symbol, symbolOffset, color: mark.colour };
  // A logarithm has no zero: such a point is left out of the drawing, not of the table.
  const isDrawable = ([x, y]: Point) =>
    (chart.x.scale !== "log" || x > 0) && (chart.y.scale !== "log" || y > 0);
  const points = one.points.filter(isDrawable);
  const model = (one.curve ?? []).filter(isDrawable);
  const ranges = (one.ranges ?? []).filter(([, low]) => chart.y.scale !== "log" || low > 0);
  // The first series of a name gives the legend its shape: the bars come after.
  return [
    ...(model.length > 0 ? [curve(common, mark, model)] : []),
    drawPoints(one, common, mark, points, look),
    ...(ranges.length > 0 ? [bars(common, ranges)] : []),
    ...(one.hollow.length > 0 ? [hollow(common, mark, one.hollow.filter(isDrawable), look)] : []),
  ];
}

const BRACKET_PX = 11;

const BRACKET_FONT_PX = 13;

/** Draws both ends alike and small, so that a narrow bracket is seen; its label stands above where there is room. */
function drawBracket(one: Series, mark: Mark, look: Look, roomPx: number): SeriesOption[] {
  const small = { ...mark, symbolSize: BRACKET_PX };
  const common = { name: one.name, symbol: mark.symbol, color: mark.colour };
  const [text = ""] = one.labels ?? [];
  const label = {
    show: text !== "" && widthOf(text, BRACKET_FONT_PX) <= roomPx,
    position: "top" as const,
    distance: 8,
    formatter: () => text,
    color: look.text,
    fontSize: BRACKET_FONT_PX,
  };
  const isOpen = one.hollow.length === 0;
  return [
    { ...line(common, one, small, one.points), lineStyle: { width: 0 }, ...(isOpen ? { label } : {}) },
    ...(one.ranges === undefined ? [] : [bars(common, one.ranges)]),
    ...(isOpen ? [] : [{ ...hollow(common, small, one.hollow, look), label }]),
  ];
}

interface Common extends Readonly<Record<"name" | "symbol" | "color", string>> {
  /** Pixels that a mark stands beside its point. */
  readonly symbolOffset?: [number, number];
}

/** A reader points at what was measured: everything else has no tooltip. */
const SILENT = { silent: true, tooltip: { show: false }, emphasis: { disabled: true }, z: 2 };

function drawPoints(one: Series, common: Common, mark: Mark, points: readonly Point[], look: Look) {
  if (one.kind !== "dots") return line(common, one, mark, points);
  return one.labels === undefined ? dots(common, mark, points) : labelledDots(common, points, look);
}

function hollow(common: Common, mark: Mark, points: readonly Point[], look: Look) {
  return {
    ...common,
    type: "scatter" as const,
    symbolSize: mark.symbolSize + 1,
    itemStyle: { color: look.background, borderColor: mark.colour, borderWidth: 2, opacity: 1 },
    data: copy(points),
    z: 4,
  };
}

/** Draws intervals as one line with gaps, upright at each point. */
function bars(common: Common, ranges: readonly Range[]) {
  return {
    ...common,
    ...SILENT,
    type: "line" as const,
    symbol: "none",
    lineStyle: { color: common.color, width: 1.5, type: "solid" as const },
    data: ranges.flatMap(([x, low, high]) => [
      [x, low],
      [x, high],
      ["-", "-"],
    ]),
  };
}

/** Draws a model. Its mark is in the legend only. */
function curve(common: Common, mark: Mark, points: readonly Point[]) {
  return {
    ...common,
    ...SILENT,
    type: "line" as const,
    showSymbol: false,
    lineStyle: { color: common.color, width: mark.lineWidth, type: mark.dash },
    data: copy(points),
  };
}

function dots(common: Common, mark: Mark, points: readonly Point[]) {
  const isMany = points.length > 2000;
  return {
    ...common,
    type: "scatter" as const,
    // The library draws very many dots in its own shapes only.
    symbol: isMany && mark.symbol.startsWith("path:") ? "rect" : mark.symbol,
    // Below four pixels the library fills squares instead of tracing shapes: ten times as fast.
    symbolSize: mark.symbolSize * (isMany ? 0.25 : 0.4),
    itemStyle: { color: common.color, opacity: 1 },
    large: isMany,
    largeThreshold: 2000,
    progressive: 0,
    data: copy(points),
  };
}

/** Draws dots large enough to have a shape, and outlined: a reader looks for these. */
function labelledDots(common: Common, points: readonly Point[], look: Look) {
  return {
    ...common,
    type: "scatter" as const,
    symbolSize: points.length > 500 ? 6 : 8,
    itemStyle: { color: common.color, borderColor: look.text, borderWidth: 1, opacity: 1 },
    progressive: 0,
    data: copy(points),
    z: 3,
  };
}

function line(common: Common, one: Series, mark: Mark, points: readonly Point[]) {
  return {
    ...common,
    type: "line" as const,
    symbolSize: one.kind === "curve" ? mark.symbolSize / 2 : mark.symbolSize,
    showSymbol: one.kind !== "trace",
    showAllSymbol: true,
    itemStyle: { color: common.color, opacity: 1 },
    lineStyle: { color: common.color, width: one.kind === "marks" ? 0 : mark.lineWidth, type: mark.dash },
    emphasis: { disabled: true },
    data: copy(points),
    z: 3,
  };
}

/** Copies points, because the library's types ask for arrays that may be written to. */
function copy(points: readonly Point[]): number[][] {
  return points.map(([...values]) => values.filter((value) => value !== undefined));
}
