// Runs inside report.html, after the chart library and what draws a chart. It may import nothing.
/* global document, window, echarts, chartOption, legendRoom, LOOKS, numberText, percentileText */

/** What is drawn for paper takes its width whatever that is; letters are made for this one. */
const PAPER_PX = { width: 720, height: 350 };

export function startPage() {
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  for (const chart of charts) {
    const figure = document.querySelector(`figure[data-chart="${chart.name}"]`);
    if (figure !== null) showChart(figure, chart);
  }
}

function showChart(figure, chart) {
  const box = figure.querySelector(".chart");
  const button = figure.querySelector("button");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const instance = echarts.init(box);
  let scale = chart.y.scale;

  function option(look, width) {
    const shown = { ...chart, y: { ...chart.y, scale } };
    const selected = instance.getOption()?.legend?.[0]?.selected ?? {};
    const { legend, ...rest } = chartOption(shown, look, width);
    return { ...rest, legend: { ...legend, selected } };
  }

  function draw() {
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
    const drawing = isPaper ? svgText(option(LOOKS.light, PAPER_PX.width), PAPER_PX.width, height) : "";
    figure.querySelector(".paper").innerHTML = drawing;
  });
  figure.querySelector(".controls").hidden = false;
  draw();
}

/** A canvas would keep the width and the look of the screen, and come out blurred. */
function onPaper(show) {
  const media = window.matchMedia("print");
  media.addEventListener("change", () => show(media.matches));
  window.addEventListener("beforeprint", () => show(true));
  window.addEventListener("afterprint", () => show(media.matches));
  show(media.matches);
}

function svgText(option, width, height) {
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  instance.setOption(option);
  const text = instance.renderToSVGString();
  instance.dispose();
  return text;
}

/** Lines answer for all servers at one load; a dot answers for itself. */
function tooltip(chart, look) {
  const isDots = chart.series.every((one) => one.kind === "dots");
  return {
    trigger: isDots ? "item" : "axis",
    confine: true,
    backgroundColor: look.background,
    borderColor: look.muted,
    textStyle: { color: look.text, fontSize: 14 },
    axisPointer: { type: "line", snap: true, lineStyle: { color: look.muted } },
    formatter: (shown) => tooltipHtml(chart, Array.isArray(shown) ? shown : [shown]),
  };
}

function tooltipHtml(chart, shown) {
  if (shown.length === 0) return "";
  const x = shown[0].value[0];
  const lines = shown.map((one) => {
    const hollow =
      one.componentSubType === "scatter" && chart.x.unit === "connections" ? " (not compared)" : "";
    const value = `<b>${numberText(one.value[1])}</b> ${plain(chart.y.unit)}`;
    return `${one.marker}${plain(one.seriesName)}: ${value}${labelText(chart, one)}${hollow}`;
  });
  return `${xText(chart.x, x)}<br>${lines.join("<br>")}`;
}

/** What is said of this point alone. */
function labelText(chart, { seriesName, value }) {
  const label = chart.series.find(({ name }) => name === seriesName)?.labels?.[value[2]];
  return label === undefined ? "" : ` (${plain(label)})`;
}

function xText(axis, value) {
  if (axis.format === "percentile") return `${percentileText(value)} of messages within`;
  if (axis.unit === "") return `${plain(axis.label)} ${numberText(value)}`;
  return `${numberText(value)} ${plain(axis.unit)}`;
}

function plain(text) {
  return echarts.format.encodeHTML(text);
}
