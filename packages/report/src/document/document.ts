import type { Figures } from "../charts/charts.ts";
import type { Experiment } from "../model/experiment.ts";
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
export function renderDocument(experiments: readonly Experiment[], figures: Figures): string {
  const parts = [
    "# Which server architecture stops scaling first?",
    summary(experiments),
    questions(experiments),
    environment(experiments),
    method(experiments),
    results(experiments, figures),
    discussion(experiments),
    threats(experiments),
    conclusion(experiments),
    appendix(experiments),
  ];
  return `${blocks(parts)}\n`;
}

function questions(experiments: readonly Experiment[]): string {
  const [only] = experiments;
  if (experiments.length === 1 && only !== undefined)
    return blocks(["## Question", text(only.results.manifest.question)]);
  return blocks([
    "## Questions",
    ...experiments.map(({ name, results: { manifest } }) => `**${text(name)}**: ${text(manifest.question)}`),
  ]);
}
