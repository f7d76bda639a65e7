import type { LabResults } from "@c10k-lab/protocol";
import { drawFigures } from "./charts/charts.ts";
import { svgOf } from "./charts/draw/svg.ts";
import { renderDocument } from "./document/document.ts";
import { dataFile, listExperiments } from "./model/experiment.ts";
import { serverNames } from "./model/group.ts";
import { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
import { renderPage } from "./page/page.ts";

/** A report as Markdown with charts beside it, and as a page that needs nothing else. */
export interface Report {
  readonly markdown: string;
  readonly html: string;
  /** SVG by file name, as report.md refers to them below `charts/`. */
  readonly charts: ReadonlyMap<string, string>;
  /** Figures by file name, a row for each repetition: `summary.csv`, or `data/idle.csv` of several experiments. */
  readonly data: ReadonlyMap<string, readonly SummaryRow[]>;
}

/**
 * One report of one experiment or several. The same results always make the same bytes.
 *
 * @param all at least one
 */
export function renderReport(all: readonly LabResults[]): Report {
  const experiments = listExperiments(all);
  const figures = drawFigures(experiments, serverNames(all));
  const charts = [...figures.values()].flat();
  const svgs = new Map(charts.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
  const markdown = renderDocument(experiments, figures);
  const data = experiments.map((experiment) => {
    return [dataFile(experiment, experiments.length === 1), summaryRows(experiment.results)] as const;
  });
  return { markdown, html: renderPage(markdown, charts, svgs), charts: svgs, data: new Map(data) };
}
