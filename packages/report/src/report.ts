import type { LabResults } from "@c10k-lab/protocol";
import { chartsOfRun } from "./charts/charts.ts";
import { svgOf } from "./charts/draw/svg.ts";
import { documentOf } from "./document/document.ts";
import { dataFile, type Run, runsOf } from "./model/run.ts";
import { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
import { pageOf } from "./page/page.ts";
import { figuresOfCharts } from "./text/figures.ts";

/** One content: Markdown with charts beside it, and the same as a page that needs nothing else. */
export interface Report {
  readonly markdown: string;
  readonly html: string;
  /** SVG by file name, as report.md refers to them below `charts/`. */
  readonly charts: ReadonlyMap<string, string>;
  /** The figures behind it, a row a run of a cell, by file name: `summary.csv`, or of several runs `data/idle.csv`. */
  readonly data: ReadonlyMap<string, readonly SummaryRow[]>;
}

/**
 * One report of one run or several. The same results always make the same bytes.
 *
 * @param all at least one
 */
export function renderReport(all: readonly LabResults[]): Report {
  const runs = runsOf(all);
  const byRun = new Map(runs.map((run) => [run, chartsOfRun(run, runs.length === 1)]));
  const charts = [...byRun.values()].flatMap(({ ofCapacity, ofStudies }) => [
    ...ofCapacity,
    ...[...ofStudies.values()].flat(),
  ]);
  const svgs = new Map(charts.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
  const markdown = documentOf(runs, byRun, figuresOfCharts(charts));
  return { markdown, html: pageOf(markdown, charts, svgs), charts: svgs, data: dataOf(runs) };
}

function dataOf(runs: readonly Run[]): Report["data"] {
  return new Map(runs.map((run) => [dataFile(run, runs.length === 1), summaryRows(run.results)]));
}
