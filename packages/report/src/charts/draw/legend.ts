import type { GroupChart, Series } from "./chart.ts";
import type { Look } from "./looks.ts";

/** Average width of a character by the size of its font: none of our fonts is wider, DejaVu Sans comes closest. */
const CHARACTER_WIDTH = 0.6;
const LINE_PX = 16;
const GAP_PX = 8;

/** Returns the legend in the words of the chart library, which wraps it but leaves the room for it to others. */
export function makeLegend(chart: Pick<GroupChart, "series">, look: Look, widthPx: number) {
  const { names, fontSize, roomPx, iconPx, textPx } = layOut(chart, widthPx);
  return {
    top: 2,
    left: "left",
    width: roomPx,
    itemGap: GAP_PX,
    itemWidth: iconPx,
    textStyle: {
      color: look.text,
      fontSize,
      width: textPx,
      lineHeight: LINE_PX,
      overflow: "truncate" as const,
    },
    inactiveColor: look.muted,
    data: names,
  };
}

/** Returns by how many pixels a chart must be higher than one whose legend is a single row. */
export function legendRoom(chart: Pick<GroupChart, "series">, widthPx: number): number {
  const { names, columns } = layOut(chart, widthPx);
  const rows = Math.ceil(names.length / columns);
  return Math.max(0, rows - 1) * (LINE_PX + GAP_PX);
}

/** Returns whether the series need names beside the drawing: not where each stands at its name on the axis. */
export function needsLegend({ series, x }: Pick<GroupChart, "series" | "x">): boolean {
  return !series.every(({ name }) => x.names?.includes(name));
}

/** Returns the pixels that a text takes at most. */
export function widthOf(text: string, fontPx: number): number {
  return Math.ceil(text.length * fontPx * CHARACTER_WIDTH);
}

/** Lays the legend out as a table with columns of one width, so that the number of rows is known. */
function layOut({ series }: Pick<GroupChart, "series">, widthPx: number) {
  const names = namesOf(series);
  const fontSize = isNarrow(widthPx) ? 13 : 14;
  const roomPx = widthPx - GAP_PX;
  const iconPx = series.some(({ kind }) => kind === "dots") ? 14 : 25;
  const beforeText = iconPx + 5;
  const longest = Math.max(0, ...names.map((name) => widthOf(name, fontSize)));
  const textPx = Math.min(longest + 6, roomPx - beforeText);
  const columns = Math.max(1, Math.floor((roomPx + GAP_PX) / (beforeText + textPx + GAP_PX)));
  return { names, fontSize, roomPx, iconPx, textPx, columns };
}

/** Returns the names of series, each once. The line of what was asked for is explained below the chart. */
export function namesOf(series: readonly Series[]): string[] {
  return [...new Set(series.map(({ name }) => name))].filter((name) => name !== "asked");
}

/** Returns whether everything moves closer together: below 560 pixels. */
export function isNarrow(widthPx: number): boolean {
  return widthPx < 560;
}
