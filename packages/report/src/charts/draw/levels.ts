import type { LineSeriesOption } from "echarts";
import type { GroupChart, Level } from "./chart.ts";
import type { Look } from "./looks.ts";

/** Share of the highest level. On a linear axis the lower levels lie upon each other: nearer ones are left out. */
const GAP_SHARE = 0.06;

/** Returns the pixels right of the plot that the names of levels take. */
export function levelRoom({ levels = [] }: Pick<GroupChart, "levels">, narrow: boolean): number {
  if (levels.length === 0) return 0;
  return narrow ? 52 : 64;
}

/** Draws the levels of a chart as dashed lines with their names at the right. */
export function drawLevels(
  chart: Pick<GroupChart, "levels" | "y">,
  look: Look,
  narrow: boolean,
): LineSeriesOption[] {
  const levels = listLevels(chart);
  if (levels.length === 0) return [];
  const label = { position: "end" as const, formatter: "{b}", color: look.text, fontSize: narrow ? 11 : 13 };
  return [
    {
      type: "line",
      silent: true,
      data: [],
      markLine: {
        silent: true,
        symbol: "none",
        lineStyle: { color: look.muted, type: "dashed", width: 1 },
        label,
        data: levels.map(({ name, y }) => ({ name, yAxis: y })),
      },
    },
  ];
}

function listLevels({ levels = [], y }: Pick<GroupChart, "levels" | "y">): readonly Level[] {
  if (y.scale === "log") return levels;
  const gap = GAP_SHARE * Math.max(...levels.map((level) => level.y));
  return levels.toReversed().filter((level, at, all) => at === 0 || (all[at - 1]?.y ?? 0) - level.y >= gap);
}
