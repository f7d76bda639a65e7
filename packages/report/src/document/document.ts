import type { Chart } from "../charts/chart.ts";
import { findingsOf } from "../findings.ts";
import { blocks, bullets, tableOf, text } from "../markdown.ts";
import { integer } from "../numbers.ts";
import { SCALING_RULE } from "../scaling.ts";
import type { Study } from "../study.ts";
import { SUMMARY_WORDS, tableOfStudy } from "../summary-table.ts";
import { warningsOf } from "../warnings.ts";
import { appendix } from "./appendix.ts";
import { discussion } from "./discussion.ts";
import { environment } from "./environment.ts";
import { method } from "./method.ts";

/** The whole report as Markdown. Charts are images at `charts/NAME.svg`. */
export function documentOf(study: Study, charts: readonly Chart[]): string {
  const { manifest } = study.results;
  const parts = [
    "# Which server architecture stops scaling first?",
    banner(study),
    answer(study),
    blocks(["## Question", text(manifest.question)]),
    results(study),
    chartSection(charts),
    discussion(study),
    environment(manifest),
    method(study),
    appendix(study.results),
  ];
  return `${blocks(parts)}\n`;
}

function banner({ results }: Study): string {
  const { complete, cellsPlanned } = results.manifest;
  if (complete) return "";
  return `> **Partial:** ${integer(results.cells.length)} of ${integer(cellsPlanned)} cells were measured before the run was interrupted.`;
}

function answer(study: Study): string {
  const findings = findingsOf(study);
  const warnings = warningsOf(study);
  return blocks([
    "## Answer",
    ...findings.answer.slice(0, 1).map((sentence) => `**${text(sentence)}**`),
    bullets(findings.answer.slice(1)),
    study.cells.length === 0 ? "" : `*${text(SCALING_RULE)}*`,
    findings.details.length === 0 ? "" : blocks(["### Findings", bullets(findings.details)]),
    warnings.length === 0 ? "" : blocks(["### Before you trust the numbers", bullets(warnings)]),
  ]);
}

function results(study: Study): string {
  if (study.cells.length === 0) return blocks(["## Results", "No cell was measured."]);
  return blocks([
    "## Results",
    "Response times (p50, p99, max) and connect times are the client's. CPU is per cent of one core. A dash means not measured.",
    tableOf(tableOfStudy(study), SUMMARY_WORDS),
    notes(study),
  ]);
}

function notes(study: Study): string {
  const noted = study.cells.flatMap(({ cell }) => cell.notes.map((note) => `${cell.id}: ${note}`));
  return noted.length === 0 ? "" : blocks(["### Notes", bullets(noted)]);
}

function chartSection(charts: readonly Chart[]): string {
  if (charts.length === 0) return "";
  return blocks(["## Charts", chartsIntroduction(charts), ...charts.map(chartBlock)]);
}

function chartsIntroduction(charts: readonly Chart[]): string {
  const anyHollow = charts.some((chart) => chart.series.some((one) => one.hollow.length > 0));
  if (!anyHollow) return "Each mark is one cell.";
  return (
    "Each mark is one cell. A hollow mark, joined by no line, is a cell that did not end ok or whose ledgers do not " +
    "balance: where the server held fewer connections it covers only those, and it is in no comparison."
  );
}

function chartBlock({ name, heading, title, caption }: Chart): string {
  return blocks([`### ${text(heading)}`, `![${text(title)}](charts/${name}.svg)`, text(caption)]);
}
