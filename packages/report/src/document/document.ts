import type { RunCharts } from "../charts/charts.ts";
import type { Run } from "../model/run.ts";
import type { Figures } from "../text/figures.ts";
import { blocks, text } from "../text/markdown.ts";
import { appendix } from "./appendix.ts";
import { conclusion } from "./conclusion.ts";
import { environment } from "./environment.ts";
import { method } from "./method.ts";
import { discussion } from "./results/discussion.ts";
import { results } from "./results/results.ts";
import { summary } from "./summary.ts";
import { threats } from "./threats.ts";

/** The whole report as Markdown. Charts are images at `charts/NAME.svg`. */
export function documentOf(
  runs: readonly Run[],
  charts: ReadonlyMap<Run, RunCharts>,
  figures: Figures,
): string {
  const parts = [
    "# Which server architecture stops scaling first?",
    summary(runs),
    questions(runs),
    environment(runs),
    method(runs),
    results(runs, charts, figures),
    discussion(runs),
    threats(runs),
    conclusion(runs),
    appendix(runs),
  ];
  return `${blocks(parts)}\n`;
}

function questions(runs: readonly Run[]): string {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined)
    return blocks(["## Question", text(only.results.manifest.question)]);
  return blocks([
    "## Questions",
    ...runs.map(({ name, results: { manifest } }) => `**${text(name)}**: ${text(manifest.question)}`),
  ]);
}
