// Where a legend goes: the chart library wraps it, but leaves it to others to make room. Plain JavaScript, because it
// runs in the page as well.

/** Of the size of a font, on average: none of ours is wider, DejaVu Sans comes closest. */
const CHARACTER_WIDTH = 0.6;
const LINE_PX = 16;
const GAP_PX = 8;

export function legendOf(chart, look, width) {
  const { names, fontSize, roomPx, iconPx, textPx } = layoutOf(chart, width);
  return {
    top: 2,
    left: "left",
    width: roomPx,
    itemGap: GAP_PX,
    itemWidth: iconPx,
    textStyle: { color: look.text, fontSize, width: textPx, lineHeight: LINE_PX, overflow: "truncate" },
    inactiveColor: look.muted,
    data: names,
  };
}

/** What a chart must be higher than one whose legend is a single row. */
export function legendRoom(chart, width) {
  const { names, columns } = layoutOf(chart, width);
  const rows = Math.ceil(names.length / columns);
  return Math.max(0, rows - 1) * (LINE_PX + GAP_PX);
}

/** A table of columns of one width: so it is known how many rows there are. */
function layoutOf(chart, width) {
  const names = namesOf(chart);
  const fontSize = isNarrow(width) ? 13 : 14;
  const roomPx = width - GAP_PX;
  const iconPx = chart.series.some((one) => one.kind === "dots") ? 14 : 25;
  const beforeText = iconPx + 5;
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  const textPx = Math.min(Math.ceil(longest * fontSize * CHARACTER_WIDTH) + 6, roomPx - beforeText);
  const columns = Math.max(1, Math.floor((roomPx + GAP_PX) / (beforeText + textPx + GAP_PX)));
  return { names, fontSize, roomPx, iconPx, textPx, columns };
}

/** What was asked for is explained below the chart. */
function namesOf(chart) {
  return chart.series.map((one) => one.name).filter((name) => name !== "asked");
}

/** Below 560 pixels everything moves closer together. */
export function isNarrow(width) {
  return width < 560;
}
