import type { ExperimentComparison } from "@c10k-lab/protocol";
import { svgOf } from "./charts/draw/svg.ts";
import { comparisonCharts } from "./experiment-comparison/comparison-charts.ts";
import { comparisonDocument } from "./experiment-comparison/comparison-document.ts";
import { renderPage } from "./page/page.ts";

/** A comparison as Markdown with charts beside it, and as a page that needs nothing else. */
interface ComparisonReport {
  readonly markdown: string;
  readonly html: string;
  /** SVG by file name, as the Markdown refers to them below `charts/`. */
  readonly charts: ReadonlyMap<string, string>;
}

/** Renders a comparison. The same comparison always makes the same bytes. */
export function renderComparison(comparison: ExperimentComparison): ComparisonReport {
  const figures = comparisonCharts(comparison).map((chart, at) => ({ ...chart, number: at + 1 }));
  const markdown = comparisonDocument(comparison, figures);
  const charts = new Map(figures.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
  return { markdown, html: renderPage(markdown, figures, charts), charts };
}
