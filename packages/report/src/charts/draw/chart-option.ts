import type { ECharts, EChartsOption } from "echarts";
import type { Axis, GroupChart } from "./chart.ts";
import { extentOf } from "./dodge.ts";
import { endLabelRoom, endLabels } from "./end-labels.ts";
import { FORMATS } from "./formats.ts";
import { isNarrow, legendRoom, makeLegend, needsLegend } from "./legend.ts";
import { drawLevels, levelRoom } from "./levels.ts";
import type { Look } from "./looks.ts";
import { makeSeries, marksOf } from "./series.ts";

/** Room for the name of the y axis. */
const TOP_PX = 40;
const LEGEND_ROW_PX = 36;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif";

/** Place of the names of the series: inside the drawing, or beside it in the page. */
export type LegendPlace = "inside" | "beside";

/** Returns by how many pixels a chart is higher than one without a legend: 0 where the names stand in the drawing. */
export function legendHeight(chart: GroupChart, widthPx: number): number {
  if (!needsLegend(chart) || endLabelRoom(chart, widthPx) > 0) return 0;
  return LEGEND_ROW_PX + legendRoom(chart, widthPx);
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
  const sides = sidesOf(chart, widthPx);
  const plotPx = widthPx - sides.left - sides.right;
  return {
    animation: false,
    backgroundColor: look.background,
    textStyle: { fontFamily: FONT, color: look.text },
    grid: {
      ...sides,
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
    series: [...makeSeries(chart, look, plotPx), ...drawLevels(chart, look, narrow)],
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
  const elements = endLabels(instance, chart, marksOf(chart, look), look, { width, height }, hidden);
  if (elements.length > 0) instance.setOption({ graphic: { elements } });
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
