// Runs inside report.html, after the chart library and chart-option.js. It may import nothing.
/* global document, window, echarts, chartOption, LOOKS, numberText, percentileText */

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
  let printing = false;

  function draw() {
    const look = dark.matches && !printing ? LOOKS.dark : LOOKS.light;
    const shown = { ...chart, y: { ...chart.y, scale } };
    const selected = instance.getOption()?.legend?.[0]?.selected ?? {};
    const option = chartOption(shown, look, box.clientWidth);
    const legend = { ...option.legend, selected };
    instance.setOption({ ...option, legend, tooltip: tooltip(chart, look) }, { notMerge: true });
    button.setAttribute("aria-pressed", String(scale === "log"));
  }

  button.addEventListener("click", () => {
    scale = scale === "log" ? "linear" : "log";
    draw();
  });
  dark.addEventListener("change", draw);
  window.addEventListener("beforeprint", () => {
    printing = true;
    draw();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    draw();
  });
  new window.ResizeObserver(() => {
    if (box.clientWidth === instance.getWidth() && box.clientHeight === instance.getHeight()) return;
    instance.resize();
    draw();
  }).observe(box);
  figure.querySelector(".controls").hidden = false;
  draw();
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
