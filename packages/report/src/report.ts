import type { LabResults } from "@c10k-lab/protocol";
import { chartsOf } from "./charts/charts.ts";
import { svgOf } from "./charts/svg.ts";
import { documentOf } from "./document/document.ts";
import { pageOf } from "./page/page.ts";
import { type Study, studiesOf } from "./study.ts";

/** One content: Markdown with charts beside it, and the same as a page that needs nothing else. */
export interface Report {
  readonly markdown: string;
  readonly html: string;
  /** SVG by file name, as report.md refers to them below `charts/`. */
  readonly charts: ReadonlyMap<string, string>;
}

/** The same results always make the same bytes. */
export function renderReport(results: LabResults): Report {
  const [study] = studiesOf(results) as [Study];
  const charts = chartsOf(study);
  const svgs = new Map(charts.map((chart) => [`${chart.name}.svg`, svgOf(chart)]));
  const markdown = documentOf(study, charts);
  return { markdown, html: pageOf(markdown, charts, svgs), charts: svgs };
}
