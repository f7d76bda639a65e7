import type { EChartsOption } from "echarts";
import type { Axis, GroupChart } from "../charts/draw/chart.ts";
import { formatNumber, formatPercentile } from "../charts/draw/formats.ts";
import type { Look } from "../charts/draw/looks.ts";

declare const echarts: typeof import("echarts");

/** A point as the chart library hands it to the tooltip. */
interface Shown {
  readonly value: readonly number[];
  readonly seriesName: string;
  readonly componentSubType: string;
  readonly marker: string;
}

/** Returns the tooltip: lines answer for all variants at one load, a dot for itself. */
export function tooltip(chart: GroupChart, look: Look): EChartsOption["tooltip"] {
  const isDots = chart.series.every(({ kind }) => kind === "dots");
  return {
    trigger: isDots ? "item" : "axis",
    confine: true,
    backgroundColor: look.background,
    borderColor: look.muted,
    textStyle: { color: look.text, fontSize: 14 },
    axisPointer: { type: "line", snap: true, lineStyle: { color: look.muted } },
    formatter: (shown: unknown) => renderTooltip(chart, [shown].flat() as Shown[]),
  };
}

function renderTooltip(chart: GroupChart, shown: readonly Shown[]): string {
  const [first] = shown;
  if (first === undefined) return "";
  const lines = shown.map((one) => {
    const isHollow = one.componentSubType === "scatter" && chart.x.unit === "connections";
    const value = `<b>${formatNumber(one.value[1] ?? 0)}</b> ${encode(chart.y.unit)}`;
    return `${one.marker}${encode(one.seriesName)}: ${value}${renderRange(chart, one)}${renderLabel(chart, one)}${isHollow ? " (not compared)" : ""}`;
  });
  return `${renderX(chart.x, first.value[0] ?? 0)}<br>${lines.join("<br>")}`;
}

/** Returns the interval of a point: " (94 to 98)"; empty where it has none. */
function renderRange({ series }: GroupChart, { seriesName, value }: Shown): string {
  const ranges = series.filter(({ name }) => name === seriesName).flatMap((one) => one.ranges ?? []);
  const range = ranges.find(([x]) => x === value[0]);
  return range === undefined ? "" : ` (${formatNumber(range[1])} to ${formatNumber(range[2])})`;
}

/** Returns the meaning of a point's third value. */
function renderLabel({ series }: GroupChart, { seriesName, value }: Shown): string {
  const label = series.find(({ name }) => name === seriesName)?.labels?.[value[2] ?? -1];
  return label === undefined ? "" : ` (${encode(label)})`;
}

function renderX(axis: Axis, value: number): string {
  if (axis.names !== undefined) return encode(axis.names[value] ?? "");
  if (axis.format === "percentile") return `${formatPercentile(value)} of messages within`;
  if (axis.unit === "") return `${encode(axis.label)} ${formatNumber(value)}`;
  return `${formatNumber(value)} ${encode(axis.unit)}`;
}

function encode(text: string): string {
  return echarts.format.encodeHTML(text);
}
