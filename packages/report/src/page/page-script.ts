import type { EChartsOption } from "echarts";
import type { Axis, GroupChart } from "../charts/draw/chart.ts";
import {
  chartOption,
  drawEndLabels,
  formatNumber,
  formatPercentile,
  legendHeight,
  marksOf,
} from "../charts/draw/chart-option.ts";
import { LOOKS, type Look, type Mark } from "../charts/draw/looks.ts";

/** Script of report.html: draws the charts from the data in the page. */

/** The chart library stands in the page before this script. */
declare const echarts: typeof import("echarts");

/** Drawings for paper take its width whatever that is; letters are made for this one. */
const PAPER_PX = { width: 720, height: 270 };

function startPage(): void {
  const data = document.getElementById("chart-data")?.textContent ?? "[]";
  for (const chart of JSON.parse(data) as GroupChart[]) {
    const figure = document.querySelector(`figure[data-chart="${chart.name}"]`);
    if (figure !== null) showChart(figure, chart);
  }
}

/** Shows the buttons that copy commands. */
function addCopying(): void {
  for (const box of document.querySelectorAll(".command")) {
    const [code, button] = [box.querySelector("code"), box.querySelector("button")];
    if (code === null || button === null) continue;
    button.hidden = false;
    button.addEventListener("click", () => void copy(code, button));
  }
}

/** Copies a command, or selects it where the browser keeps its clipboard to itself. */
async function copy(code: Element, button: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText((code.textContent ?? "").trim());
    button.textContent = "Copied";
  } catch {
    window.getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
}

function showChart(figure: Element, original: GroupChart): void {
  const box = find(figure, ".chart");
  figure.setAttribute("data-scripted", "");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const instance = echarts.init(box);
  const hidden = new Set<string>();
  let pointed: string | null = null;
  const scales = { x: original.x.scale, y: original.y.scale };
  const chart = () => ({
    ...original,
    x: { ...original.x, scale: scales.x },
    y: { ...original.y, scale: scales.y },
  });

  function draw(): void {
    const look = dark.matches ? LOOKS.dark : LOOKS.light;
    instance.resize();
    const option = chartOption(chart(), look, box.clientWidth, "beside", hidden);
    const lines = option.series.map((one) => (isFaded(one.name) ? fade(one) : one));
    instance.setOption({ ...option, series: lines, tooltip: tooltip(original, look) }, { notMerge: true });
    drawEndLabels(instance, chart(), look, hidden);
    for (const [name, button] of axes) button.setAttribute("aria-pressed", String(scales[name] === "log"));
    fillSwatches(series, marksOf(original, look));
  }

  /** The reader points at the name of another line that is shown. */
  function isFaded(name: string | number | undefined): boolean {
    return pointed !== null && !hidden.has(pointed) && name !== undefined && name !== pointed;
  }

  const series = addSeriesButtons(find(figure, ".series"), original, {
    toggle: (name) => {
      if (!hidden.delete(name)) hidden.add(name);
      draw();
      return !hidden.has(name);
    },
    point: (name) => {
      pointed = name;
      draw();
    },
  });
  const axes = addAxisButtons(find(figure, ".controls"), original, (name) => {
    scales[name] = scales[name] === "log" ? "linear" : "log";
    draw();
  });
  dark.addEventListener("change", draw);
  new window.ResizeObserver(() => {
    if (box.clientWidth === instance.getWidth() && box.clientHeight === instance.getHeight()) return;
    if (box.clientWidth > 0) draw();
  }).observe(box);
  onPaper((isPaper) => {
    find(figure, ".paper").innerHTML = isPaper ? renderSvg(chart(), hidden) : "";
  });
  find(figure, ".controls").hidden = false;
  find(figure, ".series").hidden = false;
  draw();
}

type AxisName = "x" | "y";

/** Adds a button for each axis that can have either scale. Returns the buttons by axis. */
function addAxisButtons(
  group: HTMLElement,
  chart: GroupChart,
  toggle: (name: AxisName) => void,
): ReadonlyMap<AxisName, HTMLElement> {
  const names = (["y", "x"] as const).filter((name) => hasBothScales(chart, name));
  return new Map(
    names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(`Logarithmic ${name} axis`);
      button.addEventListener("click", () => toggle(name));
      group.append(button);
      return [name, button] as const;
    }),
  );
}

/** A logarithm has no zero, and no place for names, percentiles or distances from a line. */
function hasBothScales(chart: GroupChart, name: AxisName): boolean {
  const axis = chart[name];
  if (axis.names !== undefined || axis.format === "percentile" || axis.isOffset) return false;
  const points = chart.series.flatMap((one) => [...one.points, ...one.hollow, ...(one.curve ?? [])]);
  return name === "y" || points.every(([x]) => x > 0);
}

/** Opacity of the lines that a reader does not point at. */
const FADED = 0.15;

/** Fades a series, so that another stands out. */
function fade<S extends { readonly lineStyle?: object; readonly itemStyle?: object }>(one: S) {
  return {
    ...one,
    lineStyle: { ...one.lineStyle, opacity: FADED },
    itemStyle: { ...one.itemStyle, opacity: FADED },
  };
}

/** Reactions to the buttons of the series. */
interface SeriesButtons {
  /** Shows a series or takes it away; returns whether it is shown. */
  toggle(name: string): boolean;
  /** Receives the series whose button has mouse or keyboard focus; null where none has. */
  point(name: string | null): void;
}

/** Adds a button for each series that shows it or takes it away. Returns the buttons by name. */
function addSeriesButtons(
  group: HTMLElement,
  chart: GroupChart,
  { toggle, point }: SeriesButtons,
): ReadonlyMap<string, HTMLElement> {
  const names = marksOf(chart, LOOKS.light).keys();
  return new Map(
    [...names].map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(document.createElement("span"), name);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(toggle(name)));
      });
      // A finger rests on nothing: what it touched would stay the only line that one sees.
      button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point(name));
      button.addEventListener("pointerleave", () => point(null));
      button.addEventListener("focus", () => button.matches(":focus-visible") && point(name));
      button.addEventListener("blur", () => point(null));
      group.append(button);
      return [name, button] as const;
    }),
  );
}

/** Draws into each button what its series looks like in the chart. */
function fillSwatches(buttons: ReadonlyMap<string, HTMLElement>, marks: ReadonlyMap<string, Mark>): void {
  for (const [name, button] of buttons) {
    const mark = marks.get(name);
    const swatch = button.querySelector("span");
    if (mark !== undefined && swatch !== null) swatch.innerHTML = drawSwatch(mark);
  }
}

const SHAPE_PATHS: Readonly<Record<string, string>> = {
  triangle: "M5,0 L10,10 L0,10 Z",
  rect: "M0,0 H10 V10 H0 Z",
  circle: "M0,5 A5,5 0 1 0 10,5 A5,5 0 1 0 0,5 Z",
  diamond: "M5,0 L10,5 L5,10 L0,5 Z",
};

const DASH_PATTERNS = { solid: "none", dashed: "4 3", dotted: "1.5 2.5" };

function drawSwatch({ colour, symbol, dash }: Mark): string {
  const path = SHAPE_PATHS[symbol] ?? symbol.replace("path://", "");
  return `<svg width="26" height="12" viewBox="0 -1 26 12" aria-hidden="true"><path d="M0,5 H26" stroke="${colour}" stroke-width="2" stroke-dasharray="${DASH_PATTERNS[dash]}"/><path d="${path}" transform="translate(8 0)" fill="${colour}"/></svg>`;
}

function find(figure: Element, selector: string): HTMLElement {
  const element = figure.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`the figure has no ${selector}`);
  return element;
}

/** Calls back when the page goes to paper: a canvas would keep the width and look of the screen, and be blurred. */
function onPaper(show: (isPaper: boolean) => void): void {
  const media = window.matchMedia("print");
  media.addEventListener("change", () => show(media.matches));
  window.addEventListener("beforeprint", () => show(true));
  window.addEventListener("afterprint", () => show(media.matches));
  show(media.matches);
}

/** Draws a chart for paper as the reader left it. */
function renderSvg(chart: GroupChart, hidden: ReadonlySet<string>): string {
  const { width } = PAPER_PX;
  const height = PAPER_PX.height + legendHeight(chart, width);
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  instance.setOption(chartOption(chart, LOOKS.light, width, "inside", hidden));
  drawEndLabels(instance, chart, LOOKS.light, hidden);
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

addCopying();
startPage();
