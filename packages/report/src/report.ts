import type { LabResults } from "@c10k-lab/protocol";
import { drawFigures } from "./charts/charts.ts";
import type { GroupChart } from "./charts/draw/chart.ts";
import { svgOf } from "./charts/draw/svg.ts";
import { renderDetails } from "./details/details.ts";
import { renderDocument } from "./document/document.ts";
import { dataFile, listExperiments } from "./model/experiment.ts";
import { serverNames } from "./model/group.ts";
import { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
import { renderPage } from "./page/page.ts";
import { tellStory } from "./story/story.ts";

/** A document as Markdown with charts beside it, and as a page that needs nothing else. */
interface Document {
  readonly markdown: string;
  readonly html: string;
}

/** A report that people finish, and everything that it leaves out. */
export interface Report extends Document {
  readonly details: Document;
  /** SVG by file name, as the Markdown refers to them below `charts/`. */
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
  const report = renderDocument(experiments.map((experiment) => tellStory(experiment, servers)));
  const figures = drawFigures(experiments, servers);
  const details = { markdown: renderDetails(experiments, figures), charts: [...figures.values()].flat() };
  const pages = [report, details].map(({ markdown, charts }) => {
    const svgs = drawSvgs(charts);
    return { markdown, html: renderPage(markdown, charts, svgs), svgs };
  });
  const [{ markdown, html } = { markdown: "", html: "" }, beside = { markdown: "", html: "" }] = pages;
  const data = experiments.map((experiment) => {
    return [dataFile(experiment, experiments.length === 1), summaryRows(experiment.results)] as const;
  });
  return {
    markdown,
    html,
    details: { markdown: beside.markdown, html: beside.html },
    charts: new Map(pages.flatMap(({ svgs }) => [...svgs])),
    data: new Map(data),
  };
}

function drawSvgs(charts: readonly GroupChart[]): Map<string, string> {
  return new Map(charts.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
}
