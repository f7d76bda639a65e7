import { integer } from "@c10k-lab/words";
import type { ECharts, EChartsOption, LineSeriesOption, ScatterSeriesOption } from "echarts";
import type { Axis, GroupChart, Point, Range, Series } from "./chart.ts";
import { dodgesOf, extentOf, moveRanges } from "./dodge.ts";
import { endLabelRoom, endLabels } from "./end-labels.ts";
import { isNarrow, legendRoom, makeLegend } from "./legend.ts";
import { drawLevels, levelRoom } from "./levels.ts";
import { assignMarks, type Look, type Mark } from "./looks.ts";

type SeriesOption = LineSeriesOption | ScatterSeriesOption;

/** Room for the name of the y axis. */
const TOP_PX = 40;
const LEGEND_ROW_PX = 36;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif";

/** Place of the names of the series: inside the drawing, or beside it in the page. */
export type LegendPlace = "inside" | "beside";

/** Returns by how many pixels a chart is higher than one without a legend. Lines with labels at their ends need none. */
export function legendHeight(chart: GroupChart, widthPx: number): number {
  return endLabelRoom(chart, widthPx) > 0 ? 0 : LEGEND_ROW_PX + legendRoom(chart, widthPx);
}

/** Returns a chart in the words of the chart library. With the legend inside it needs `legendHeight` more. */
export function chartOption(
  chart: GroupChart,
  look: Look,
  widthPx: number,
  place: LegendPlace = "inside",
  hidden: ReadonlySet<string> = new Set(),
) {
  const narrow = isNarrow(widthPx);
  const legendPx = place === "inside" ? legendHeight(chart, widthPx) : 0;
  return {
    animation: false,
    backgroundColor: look.background,
    textStyle: { fontFamily: FONT, color: look.text },
    grid: {
      ...sidesOf(chart, widthPx),
      top: TOP_PX + legendPx,
      bottom: bottomRoom(chart.x, widthPx),
    },
    legend: {
      ...makeLegend(chart, look, widthPx),
      show: legendPx > 0,
      selected: Object.fromEntries([...hidden].map((name) => [name, false])),
    },
    xAxis: xAxis(chart, look, widthPx),
    yAxis: yAxis(chart, look, narrow),
    series: [...makeSeries(chart, look, widthPx), ...drawLevels(chart, look, narrow)],
  } satisfies EChartsOption;
}

/** Room left and right of the plot. */
function sidesOf(chart: GroupChart, widthPx: number) {
  const narrow = isNarrow(widthPx);
  return {
    left: narrow ? 50 : 72,
    right: Math.max(narrow ? 16 : 28, endLabelRoom(chart, widthPx), levelRoom(chart, narrow)),
  };
}

/** Room below the plot: for the numbers or names at the axis, and for the name of the axis. */
function bottomRoom(x: Axis, widthPx: number): number {
  const named = isNarrow(widthPx) ? 48 : 56;
  return (x.label === "" ? UNNAMED_PX : named) + (isTilted(x, widthPx) ? TILT_PX : 0);
}

/** Draws the labels at the lines' ends into a chart that has its option and its size. */
export function drawEndLabels(
  instance: Pick<ECharts, "convertToPixel" | "getWidth" | "getHeight" | "setOption">,
  chart: GroupChart,
  look: Look,
  hidden: ReadonlySet<string> = new Set(),
): void {
  const [width, height] = [instance.getWidth(), instance.getHeight()];
  const roomPx = endLabelRoom(chart, width);
  const elements = endLabels(instance, chart, marksOf(chart, look), look, { width, height, roomPx }, hidden);
  if (elements.length > 0) instance.setOption({ graphic: { elements } });
}

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

/** Room below an axis without a name. */
const UNNAMED_PX = 30;
/** Room below the axis for names that are tilted. */
const TILT_PX = 34;
/** Average width of a character of a name. */
const NAME_CHARACTER_PX = 8;

/** Returns whether names have no room beside each other. */
function isTilted({ names = [] }: Axis, widthPx: number): boolean {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return NAME_CHARACTER_PX * longest > (widthPx - 100) / names.length;
}

function xAxis(chart: GroupChart, look: Look, widthPx: number) {
  const narrow = isNarrow(widthPx);
  const { ticks } = chart.x;
  const labels = ticks === null ? {} : { customValues: [...ticks] };
  return {
    ...axis(chart.x, look, narrow),
    nameLocation: "middle" as const,
    nameGap: narrow ? 26 : 32,
    splitLine: { show: false },
    axisLabel: {
      ...axisLabel(chart.x, look, narrow),
      ...labels,
      hideOverlap: chart.x.names === undefined,
      rotate: isTilted(chart.x, widthPx) ? 40 : 0,
    },
    axisTick: { show: true, lineStyle: { color: look.muted }, ...labels },
    ...extentOf(chart),
  };
}

function yAxis(chart: GroupChart, look: Look, narrow: boolean) {
  const values = chart.series
    .flatMap((one) => [...one.points, ...one.hollow, ...(one.curve ?? [])])
    .map((point) => point[1]);
  const positive = values.filter((value) => value > 0);
  const isLog = chart.y.scale === "log" && positive.length > 0;
  return {
    ...axis(chart.y, look, narrow),
    name: `${chart.y.label}${isLog ? " (log scale)" : ""}`,
    nameLocation: "end" as const,
    nameGap: narrow ? 12 : 14,
    nameTextStyle: {
      color: look.text,
      fontSize: narrow ? 12 : 14,
      align: "left" as const,
      padding: [0, 0, 0, narrow ? -40 : -60],
    },
    splitLine: { show: true, lineStyle: { color: look.grid } },
    axisLabel: axisLabel(chart.y, look, narrow),
    scale: chart.y.isOffset ?? false,
    // The y axis stands at the left, not at the zero of the x axis.
    axisLine: { show: true, onZero: extentOf(chart) === null, lineStyle: { color: look.muted } },
    ...(isLog ? { min: 10 ** Math.floor(Math.log10(lowest(positive))) } : {}),
  };
}

function axis(one: Axis, look: Look, narrow: boolean) {
  return {
    type: one.scale === "log" ? ("log" as const) : ("value" as const),
    name: one.label,
    nameTextStyle: { color: look.text, fontSize: narrow ? 12 : 14 },
    axisLine: { show: true, lineStyle: { color: look.muted } },
  };
}

function lowest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function axisLabel(one: Axis, look: Look, narrow: boolean) {
  const formatter = (value: number) =>
    one.names === undefined ? FORMATS[one.format](value) : (one.names[value] ?? "");
  // A long name is cut here: buttons or legend have it whole.
  const room = one.names === undefined ? {} : { width: narrow ? 70 : 130, overflow: "truncate" as const };
  return { color: look.muted, fontSize: narrow ? 11 : 13, formatter, ...room };
}

function makeSeries(chart: GroupChart, look: Look, widthPx: number): SeriesOption[] {
  const marks = marksOf(chart, look);
  const dodges = dodgesOf(chart);
  const extent = extentOf(chart);
  const { left, right } = sidesOf(chart, widthPx);
  const plotPx = widthPx - left - right;
  return chart.series.flatMap((one) => {
    const mark = marks.get(one.name);
    if (mark === undefined) return [reference(one, look)];
    if (one.kind === "bracket") return drawBracket(one, mark, look, isNarrow(widthPx));
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

/** Draws both ends alike and small, so that a narrow bracket is seen; its name stands above where there is room. */
function drawBracket(one: Series, mark: Mark, look: Look, narrow: boolean): SeriesOption[] {
  const small = { ...mark, symbolSize: BRACKET_PX };
  const common = { name: one.name, symbol: mark.symbol, color: mark.colour };
  const [text = ""] = one.labels ?? [];
  const label = {
    show: !narrow && text !== "",
    position: "top" as const,
    distance: 8,
    formatter: () => text,
    color: look.text,
    fontSize: 13,
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

/** Returns 1234.5 as "1,235", 0.084 as "0.084". */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return size > 0 && size < 100 ? String(Number(value.toPrecision(3))) : integer(value);
}

/** Returns 16 as "16 B", 65536 as "64 KiB". */
function formatBytes(value: number): string {
  if (value >= 2 ** 20) return `${formatNumber(value / 2 ** 20)} MiB`;
  return value >= 1024 ? `${formatNumber(value / 1024)} KiB` : `${formatNumber(value)} B`;
}

/** Returns 1 as "0 %", 10 as "90 %", 1000 as "99.9 %": the axis is 1 / (1 - share). */
export function formatPercentile(value: number): string {
  const percentile = 100 * (1 - 1 / value);
  const digits = Math.max(0, Math.ceil(Math.log10(value) - 2 - 1e-9));
  return `${percentile.toFixed(digits)} %`;
}

const FORMATS = { number: formatNumber, percentile: formatPercentile, bytes: formatBytes };
