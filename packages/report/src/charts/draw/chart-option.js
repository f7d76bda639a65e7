// One chart in the words of the chart library. Plain JavaScript, because it runs twice: here for the SVG files and, as
// it stands, inside the page, where what it imports stands before it.
import { isNarrow, legendOf, legendRoom } from "./legend.js";
import { marksOf } from "./looks.js";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif";

/** `width` in pixels. The height is the caller's: `legendRoom` more than a legend of one row would need. */
export function chartOption(chart, look, width) {
  const narrow = isNarrow(width);
  return {
    animation: false,
    backgroundColor: look.background,
    textStyle: { fontFamily: FONT, color: look.text },
    grid: {
      left: narrow ? 50 : 72,
      right: narrow ? 16 : 28,
      top: (narrow ? 72 : 76) + legendRoom(chart, width),
      bottom: narrow ? 48 : 56,
    },
    legend: legendOf(chart, look, width),
    xAxis: xAxis(chart, look, narrow),
    yAxis: yAxis(chart, look, narrow),
    series: seriesOf(chart, look),
  };
}

function xAxis(chart, look, narrow) {
  const { ticks, scale } = chart.x;
  const xs = chart.series.flatMap((one) => [...one.points, ...one.hollow]).map((point) => point[0]);
  const labels = ticks === null ? {} : { customValues: [...ticks] };
  return {
    ...axis(chart.x, look, narrow),
    nameLocation: "middle",
    nameGap: narrow ? 26 : 32,
    splitLine: { show: false },
    axisLabel: { ...axisLabel(chart.x, look, narrow), ...labels, hideOverlap: true },
    axisTick: { show: true, lineStyle: { color: look.muted }, ...labels },
    ...(scale === "log" && ticks !== null && ticks.length > 0
      ? { min: lowest(ticks) / 1.15, max: Math.max(highest(ticks), highest(xs)) * 1.15 }
      : {}),
  };
}

function yAxis(chart, look, narrow) {
  const values = chart.series
    .flatMap((one) => [...one.points, ...one.hollow, ...(one.curve ?? [])])
    .map((point) => point[1]);
  const positive = values.filter((value) => value > 0);
  const isLog = chart.y.scale === "log" && positive.length > 0;
  return {
    ...axis(chart.y, look, narrow),
    name: `${chart.y.label}${isLog ? " (log scale)" : ""}`,
    nameLocation: "end",
    nameGap: narrow ? 12 : 14,
    nameTextStyle: {
      color: look.text,
      fontSize: narrow ? 12 : 14,
      align: "left",
      padding: [0, 0, 0, narrow ? -40 : -60],
    },
    splitLine: { show: true, lineStyle: { color: look.grid } },
    axisLabel: axisLabel(chart.y, look, narrow),
    ...(isLog ? { min: 10 ** Math.floor(Math.log10(lowest(positive))) } : {}),
  };
}

function axis(one, look, narrow) {
  return {
    type: one.scale === "log" ? "log" : "value",
    name: one.label,
    nameTextStyle: { color: look.text, fontSize: narrow ? 12 : 14 },
    axisLine: { show: true, lineStyle: { color: look.muted } },
  };
}

function lowest(values) {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function highest(values) {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function axisLabel(one, look, narrow) {
  const formatter = (value) => FORMATS[one.format](value);
  return { color: look.muted, fontSize: narrow ? 11 : 13, formatter };
}

function seriesOf(chart, look) {
  const drawn = chart.series.filter((one) => one.name !== "asked").map(variantOf);
  const marks = marksOf([...new Set([...chart.variants, ...drawn])], look);
  return chart.series.flatMap((one) =>
    one.name === "asked" ? [reference(one, look)] : drawnAs(one, marks.get(variantOf(one)), chart, look),
  );
}

function variantOf(one) {
  return one.of ?? one.name;
}

/** What a value would have to be, across everything else. */
function reference(one, look) {
  return {
    name: one.name,
    type: "line",
    color: look.text,
    showSymbol: false,
    symbol: "none",
    lineStyle: { color: look.text, width: 1.5, type: "dashed" },
    emphasis: { disabled: true },
    data: one.points,
    z: 5,
  };
}

function drawnAs(one, mark, chart, look) {
  const common = { name: one.name, symbol: mark.symbol, color: mark.colour };
  // A logarithm has no zero: such a point is left out of the drawing, not of the table.
  const drawable = (point) =>
    (chart.x.scale !== "log" || point[0] > 0) && (chart.y.scale !== "log" || point[1] > 0);
  const points = one.points.filter(drawable);
  // The first of a name gives the legend its shape: the bars come after.
  const drawn = [
    ...((one.curve ?? []).length > 0 ? [curve(common, mark, one.curve.filter(drawable))] : []),
    one.kind === "dots"
      ? (one.labels === undefined ? dots : labelledDots)(common, mark, points, look)
      : line(common, one, mark, points),
    ...((one.ranges ?? []).length > 0 ? [bars(common, one.ranges, chart)] : []),
  ];
  if (one.hollow.length === 0) return drawn;
  const itemStyle = { color: look.background, borderColor: mark.colour, borderWidth: 2, opacity: 1 };
  const symbolSize = mark.symbolSize + 1;
  return [
    ...drawn,
    { ...common, type: "scatter", symbolSize, itemStyle, data: one.hollow.filter(drawable), z: 4 },
  ];
}

/** Intervals: one line with gaps, upright at each point. */
function bars(common, ranges, chart) {
  const drawable = ranges.filter(([, low]) => chart.y.scale !== "log" || low > 0);
  return {
    ...common,
    type: "line",
    symbol: "none",
    silent: true,
    tooltip: { show: false },
    lineStyle: { color: common.color, width: 1.5, type: "solid" },
    emphasis: { disabled: true },
    data: drawable.flatMap(([x, low, high]) => [
      [x, low],
      [x, high],
      ["-", "-"],
    ]),
    z: 2,
  };
}

/** A model's line. It has its mark in the legend only, and no tooltip: what is pointed at was measured. */
function curve(common, mark, points) {
  return {
    ...common,
    type: "line",
    showSymbol: false,
    silent: true,
    tooltip: { show: false },
    lineStyle: { color: common.color, width: mark.lineWidth, type: mark.dash },
    emphasis: { disabled: true },
    data: points,
    z: 2,
  };
}

function dots(common, mark, points) {
  const isMany = points.length > 2000;
  return {
    ...common,
    type: "scatter",
    // Of very many the library can draw no shapes but its own.
    symbol: isMany && mark.symbol.startsWith("path:") ? "rect" : mark.symbol,
    // Below four pixels the library fills squares instead of tracing shapes: ten times as fast.
    symbolSize: mark.symbolSize * (isMany ? 0.25 : 0.4),
    itemStyle: { color: common.color, opacity: 1 },
    large: isMany,
    largeThreshold: 2000,
    progressive: 0,
    data: points,
  };
}

/** Large enough to have a shape, and outlined: a reader looks for these. */
function labelledDots(common, _mark, points, look) {
  const itemStyle = { color: common.color, borderColor: look.text, borderWidth: 1, opacity: 1 };
  const symbolSize = points.length > 500 ? 6 : 8;
  return { ...common, type: "scatter", symbolSize, itemStyle, progressive: 0, data: points, z: 3 };
}

function line(common, one, mark, points) {
  return {
    ...common,
    type: "line",
    symbolSize: one.kind === "curve" ? mark.symbolSize / 2 : mark.symbolSize,
    showSymbol: one.kind !== "trace",
    showAllSymbol: true,
    itemStyle: { color: common.color, opacity: 1 },
    lineStyle: { color: common.color, width: one.kind === "marks" ? 0 : mark.lineWidth, type: mark.dash },
    emphasis: { disabled: true },
    data: points,
    z: 3,
  };
}

/** 1234.5 → "1,235", 0.084 → "0.084". */
function numberText(value) {
  const size = Math.abs(value);
  if (size > 0 && size < 100) return String(Number(value.toPrecision(3)));
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 16 → "16 B", 65536 → "64 KiB" */
function bytesText(value) {
  if (value >= 2 ** 20) return `${numberText(value / 2 ** 20)} MiB`;
  return value >= 1024 ? `${numberText(value / 1024)} KiB` : `${numberText(value)} B`;
}

/** The axis is 1 / (1 - share): 1 → "0 %", 10 → "90 %", 1000 → "99.9 %". */
function percentileText(value) {
  const percentile = 100 * (1 - 1 / value);
  const digits = Math.max(0, Math.ceil(Math.log10(value) - 2 - 1e-9));
  return `${percentile.toFixed(digits)} %`;
}

const FORMATS = { number: numberText, percentile: percentileText, bytes: bytesText };
