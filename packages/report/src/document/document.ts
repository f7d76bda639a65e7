import type { Manifest } from "@c10k-lab/protocol";
import type { Chart } from "../charts/chart.ts";
import { findingsOf } from "../findings.ts";
import { blocks, bullets, tableOf, text } from "../markdown.ts";
import { notesOf } from "../notes.ts";
import { integer } from "../numbers.ts";
import { SCALING_RULE } from "../scaling.ts";
import type { Study } from "../study.ts";
import { tableOfStudy } from "../summary-table.ts";
import { warningsOf } from "../warnings.ts";
import { appendix } from "./appendix.ts";
import { clocks } from "./clocks.ts";
import { discussion } from "./discussion.ts";
import { environment } from "./environment.ts";
import { intervals } from "./intervals.ts";
import { method } from "./method.ts";
import { retransmissions } from "./retransmissions.ts";
import { scalabilityModel } from "./scalability-model.ts";

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
  const { outcome, trouble, cellsPlanned } = results.manifest;
  if (outcome === "complete") return "";
  const cells = `${integer(results.cells.length)} of ${integer(cellsPlanned)} cells were measured`;
  return `> **${HEADINGS[outcome]}:** ${cells}. ${text(trouble ?? REASONS[outcome])}`;
}

const HEADINGS: Record<Manifest["outcome"], string> = {
  running: "Partial",
  complete: "Complete",
  interrupted: "Partial",
  "bad-plan": "Bad plan",
  "no-engine": "No engine",
  "no-image": "No image",
  "engine-refused": "Partial, engine refused",
  "engine-lost": "Partial, engine lost",
};

const REASONS: Record<Manifest["outcome"], string> = {
  running: "The lab was still at work, or was killed.",
  complete: "",
  interrupted: "The run was interrupted.",
  "bad-plan": "A server or the client would not take an option of the plan.",
  "no-engine": "No container engine answered.",
  "no-image": "A container image was missing.",
  "engine-refused": "The container engine would not do what it was asked.",
  "engine-lost": "The container engine went away.",
};

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
    summary(study),
    notes(study),
    intervals(study),
    scalabilityModel(study),
    clocks(study),
    retransmissions(study),
  ]);
}

function summary(study: Study): string {
  const table = tableOfStudy(study);
  return tableOf(table, [0, table.head.length - 1]);
}

function notes(study: Study): string {
  const noted = notesOf(study.results);
  return noted.length === 0 ? "" : blocks(["### Notes", bullets(noted)]);
}

function chartSection(charts: readonly Chart[]): string {
  if (charts.length === 0) return "";
  return blocks(["## Charts", chartsIntroduction(charts), ...charts.map(chartBlock)]);
}

function chartsIntroduction(charts: readonly Chart[]): string {
  const anyHollow = charts.some((chart) => chart.series.some((one) => one.hollow.length > 0));
  if (!anyHollow) return "Each mark is one cell, the median of its runs; upright bars are intervals.";
  return (
    "Each mark is one cell, the median of its runs; upright bars are intervals. A hollow mark, joined by no line, is a cell that did not end ok or whose ledgers do not " +
    "balance: where the server held fewer connections it covers only those, and it is in no comparison."
  );
}

function chartBlock({ name, heading, title, caption }: Chart): string {
  return blocks([`### ${text(heading)}`, `![${text(title)}](charts/${name}.svg)`, text(caption)]);
}
