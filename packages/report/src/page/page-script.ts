import type { ECharts, EChartsOption } from "echarts";
import type { Axis, GroupChart } from "../charts/draw/chart.ts";
import { chartOption, formatNumber, formatPercentile } from "../charts/draw/chart-option.ts";
import { legendRoom } from "../charts/draw/legend.ts";
import { LOOKS, type Look } from "../charts/draw/looks.ts";

/** Script of report.html: draws the charts from the data in the page. */

/** The chart library stands in the page before this script. */
declare const echarts: typeof import("echarts");

/** Drawings for paper take its width whatever that is; letters are made for this one. */
const PAPER_PX = { width: 720, height: 350 };

function startPage(): void {
  const data = document.getElementById("chart-data")?.textContent ?? "[]";
  for (const chart of JSON.parse(data) as GroupChart[]) {
    const figure = document.querySelector(`figure[data-chart="${chart.name}"]`);
    if (figure !== null) showChart(figure, chart);
  }
}

function showChart(figure: Element, chart: GroupChart): void {
  const box = find(figure, ".chart");
  const button = find(figure, "button");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const instance = echarts.init(box);
  let { scale } = chart.y;

  function option(look: Look, widthPx: number): EChartsOption {
    const { legend, ...rest } = chartOption({ ...chart, y: { ...chart.y, scale } }, look, widthPx);
    return { ...rest, legend: { ...legend, selected: selectedIn(instance) } };
  }

  function draw(): void {
    const look = dark.matches ? LOOKS.dark : LOOKS.light;
    box.style.setProperty("--legend-room", `${legendRoom(chart, box.clientWidth)}px`);
    instance.resize();
    instance.setOption(
      { ...option(look, box.clientWidth), tooltip: tooltip(chart, look) },
      { notMerge: true },
    );
    button.setAttribute("aria-pressed", String(scale === "log"));
  }

  button.addEventListener("click", () => {
    scale = scale === "log" ? "linear" : "log";
    draw();
  });
  dark.addEventListener("change", draw);
  new window.ResizeObserver(() => {
    if (box.clientWidth === instance.getWidth() && box.clientHeight === instance.getHeight()) return;
    if (box.clientWidth > 0) draw();
  }).observe(box);
  onPaper((isPaper) => {
    const height = PAPER_PX.height + legendRoom(chart, PAPER_PX.width);
    const drawing = isPaper ? renderSvg(option(LOOKS.light, PAPER_PX.width), PAPER_PX.width, height) : "";
    find(figure, ".paper").innerHTML = drawing;
  });
  find(figure, ".controls").hidden = false;
  draw();
}

function find(figure: Element, selector: string): HTMLElement {
  const element = figure.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`the figure has no ${selector}`);
  return element;
}

/** Returns the variants that the reader has switched on and off in the legend. */
function selectedIn(instance: ECharts): Record<string, boolean> {
  const { legend } = (instance.getOption() ?? {}) as { legend?: { selected?: Record<string, boolean> }[] };
  return legend?.[0]?.selected ?? {};
}

/** Calls back when the page goes to paper: a canvas would keep the width and look of the screen, and be blurred. */
function onPaper(show: (isPaper: boolean) => void): void {
  const media = window.matchMedia("print");
  media.addEventListener("change", () => show(media.matches));
  window.addEventListener("beforeprint", () => show(true));
  window.addEventListener("afterprint", () => show(media.matches));
  show(media.matches);
}

function renderSvg(option: EChartsOption, width: number, height: number): string {
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  instance.setOption(option);
  const svg = instance.renderToSVGString();
  instance.dispose();
  return svg;
}

/** A point as the chart library hands it to the tooltip. */
interface Shown {
  readonly value: readonly number[];
  readonly seriesName: string;
  readonly componentSubType: string;
  readonly marker: string;
}

/** Returns the tooltip: lines answer for all variants at one load, a dot for itself. */
function tooltip(chart: GroupChart, look: Look): EChartsOption["tooltip"] {
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
    return `${one.marker}${encode(one.seriesName)}: ${value}${renderLabel(chart, one)}${isHollow ? " (not compared)" : ""}`;
  });
  return `${renderX(chart.x, first.value[0] ?? 0)}<br>${lines.join("<br>")}`;
}

/** Returns the meaning of a point's third value. */
function renderLabel({ series }: GroupChart, { seriesName, value }: Shown): string {
  const label = series.find(({ name }) => name === seriesName)?.labels?.[value[2] ?? -1];
  return label === undefined ? "" : ` (${encode(label)})`;
}

function renderX(axis: Axis, value: number): string {
  if (axis.format === "percentile") return `${formatPercentile(value)} of messages within`;
  if (axis.unit === "") return `${encode(axis.label)} ${formatNumber(value)}`;
  return `${formatNumber(value)} ${encode(axis.unit)}`;
}

function encode(text: string): string {
  return echarts.format.encodeHTML(text);
}

startPage();
