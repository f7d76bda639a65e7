// One chart in the words of the chart library. Plain JavaScript, because it runs twice: here for the SVG files and, as
// it stands, inside the page. It may import nothing.

/**
 * Shapes repeat what the colours say. Each server is drawn smaller than the one below it, so that all can be seen where
 * their values are the same.
 */
const MARKS = {
  threaded: { symbol: "triangle", symbolSize: 14, lineWidth: 4 },
  select: { symbol: "rect", symbolSize: 11, lineWidth: 3 },
  epoll: { symbol: "circle", symbolSize: 8, lineWidth: 2 },
  asked: { symbol: "none", symbolSize: 0, lineWidth: 1.5 },
};

/** What is none of these, a server with certain options, takes the next shape and colour. */
const OTHER_MARKS = ["diamond", "pin", "arrow", "roundRect", "triangle", "rect", "circle"].map((symbol) => ({
  symbol,
  symbolSize: 10,
  lineWidth: 2,
}));

/** Okabe and Ito's palette: told apart with every kind of colour vision. */
export const LOOKS = {
  light: {
    background: "#ffffff",
    text: "#1c1e21",
    muted: "#55595f",
    grid: "#e3e5e8",
    colours: { threaded: "#d55e00", select: "#0072b2", epoll: "#009e73", asked: "#1c1e21" },
    others: ["#cc79a7", "#0072b2", "#d55e00", "#009e73", "#56b4e9", "#8c6d00", "#1c1e21"],
  },
  dark: {
    background: "#16191d",
    text: "#e8eaed",
    muted: "#aeb4bc",
    grid: "#32373e",
    colours: { threaded: "#e69f00", select: "#56b4e9", epoll: "#00b887", asked: "#e8eaed" },
    others: ["#e39ac4", "#56b4e9", "#e69f00", "#00b887", "#7fb2e5", "#f0e442", "#e8eaed"],
  },
};

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif";

/** `width` in pixels: below 560 everything moves closer together. */
export function chartOption(chart, look, width) {
  const narrow = width < 560;
  return {
    animation: false,
    backgroundColor: look.background,
    textStyle: { fontFamily: FONT, color: look.text },
    grid: {
      left: narrow ? 50 : 72,
      right: narrow ? 16 : 28,
      top: narrow ? 72 : 76,
      bottom: narrow ? 48 : 56,
    },
    legend: {
      top: 2,
      left: "left",
      itemGap: narrow ? 12 : 20,
      textStyle: { color: look.text, fontSize: narrow ? 13 : 14 },
      inactiveColor: look.muted,
      itemWidth: chart.series.some((one) => one.kind === "dots") ? 14 : 25,
      data: chart.series.map((one) => one.name).filter((name) => name !== "asked"),
    },
    xAxis: xAxis(chart, look, narrow),
    yAxis: yAxis(chart, look, narrow),
    series: chart.series.flatMap((one, index) => seriesOf(one, index, chart, look)),
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

function seriesOf(one, index, chart, look) {
  const variant = one.of ?? one.name;
  const colour = look.colours[variant] ?? look.others[index % look.others.length];
  const mark = MARKS[variant] ?? OTHER_MARKS[index % OTHER_MARKS.length];
  const common = { name: one.name, symbol: mark.symbol, color: colour };
  // A logarithm has no zero: such a point is left out of the drawing, not of the table.
  const drawable = (point) =>
    (chart.x.scale !== "log" || point[0] > 0) && (chart.y.scale !== "log" || point[1] > 0);
  const points = one.points.filter(drawable);
  // The first of a name gives the legend its shape: the bars come after.
  const drawn = [
    ...((one.curve ?? []).length > 0 ? [curve(common, mark, one.curve.filter(drawable))] : []),
    one.kind === "dots"
      ? (one.labels === undefined ? dots : labelledDots)(common, points, look)
      : line(common, one, mark, points),
    ...((one.ranges ?? []).length > 0 ? [bars(common, one.ranges, chart)] : []),
  ];
  if (one.hollow.length === 0) return drawn;
  const itemStyle = { color: look.background, borderColor: colour, borderWidth: 2, opacity: 1 };
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
    lineStyle: { color: common.color, width: mark.lineWidth, type: "solid" },
    emphasis: { disabled: true },
    data: points,
    z: 2,
  };
}

function dots(common, points) {
  return {
    ...common,
    type: "scatter",
    // Below four pixels the library fills squares instead of tracing shapes: ten times as fast.
    symbolSize: points.length > 2000 ? 3 : 4,
    itemStyle: { color: common.color, opacity: 0.75 },
    large: points.length > 2000,
    largeThreshold: 2000,
    progressive: 0,
    data: points,
  };
}

/** Large enough to have a shape, and outlined: a reader looks for these. */
function labelledDots(common, points, look) {
  const itemStyle = { color: common.color, borderColor: look.text, borderWidth: 1, opacity: 1 };
  const symbolSize = points.length > 500 ? 6 : 8;
  return { ...common, type: "scatter", symbolSize, itemStyle, progressive: 0, data: points, z: 3 };
}

function line(common, one, mark, points) {
  const isReference = mark.symbol === "none";
  return {
    ...common,
    type: "line",
    symbolSize: one.kind === "curve" ? mark.symbolSize / 2 : mark.symbolSize,
    showSymbol: !isReference && one.kind !== "trace",
    showAllSymbol: true,
    itemStyle: { color: common.color, opacity: 1 },
    lineStyle: {
      color: common.color,
      width: one.kind === "marks" ? 0 : mark.lineWidth,
      type: isReference ? "dashed" : "solid",
    },
    emphasis: { disabled: true },
    data: points,
    z: isReference ? 5 : 3,
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
