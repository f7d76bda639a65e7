import type { LabResults } from "@c10k-lab/protocol";
import { drawExperiment } from "./charts/charts.ts";
import { svgOf } from "./charts/draw/svg.ts";
import { documentOf } from "./document/document.ts";
import { dataFile, type Experiment, listExperiments } from "./model/experiment.ts";
import { serverNames } from "./model/group.ts";
import { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
import { pageOf } from "./page/page.ts";
import { figuresOfCharts } from "./text/figures.ts";

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
  const servers = serverNames(all);
  const byExperiment = new Map(
    experiments.map((one) => [one, drawExperiment(one, experiments.length === 1, servers)]),
  );
  const charts = [...byExperiment.values()].flatMap(({ ofCapacity, ofGroups }) => [
    ...ofCapacity,
    ...[...ofGroups.values()].flat(),
  ]);
  const svgs = new Map(charts.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
  const markdown = documentOf(experiments, byExperiment, figuresOfCharts(charts));
  return { markdown, html: pageOf(markdown, charts, svgs), charts: svgs, data: dataOf(experiments) };
}

function dataOf(experiments: readonly Experiment[]): Report["data"] {
  return new Map(
    experiments.map((experiment) => [
      dataFile(experiment, experiments.length === 1),
      summaryRows(experiment.results),
    ]),
  );
}
