import type { Chart } from "../charts/draw/chart.ts";
import { blocks, text } from "./markdown.ts";

/** The number of each chart, counted through the report. */
export type Figures = ReadonlyMap<Chart, number>;

export function figuresOfCharts(charts: readonly Chart[]): Figures {
  return new Map(charts.map((chart, index) => [chart, index + 1]));
}

/** An image at `charts/NAME.svg`, whose title is its message; below it what it shows. */
export function figureBlock(chart: Chart, figures: Figures): string {
  const { name, heading, title, caption } = chart;
  return blocks([
    `![${text(title)}](charts/${name}.svg)`,
    `*Figure ${figures.get(chart) ?? ""}: ${text(heading)}.* ${text(caption)}`,
  ]);
}
