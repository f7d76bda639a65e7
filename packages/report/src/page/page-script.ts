import type { GroupChart } from "../charts/draw/chart.ts";
import { chartOption, drawEndLabels, legendHeight } from "../charts/draw/chart-option.ts";
import { LOOKS } from "../charts/draw/looks.ts";
import { marksOf } from "../charts/draw/series.ts";
import { addAxisButtons } from "./axis-buttons.ts";
import { addSeriesButtons, fillSwatches } from "./series-buttons.ts";
import { tooltip } from "./tooltip.ts";

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
    fillSwatches(series, original, marksOf(original, look), look);
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

addCopying();
startPage();
