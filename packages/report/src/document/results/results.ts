import type { RunCharts } from "../../charts/charts.ts";
import type { Chart } from "../../charts/draw/chart.ts";
import { acrossGroups, acrossTable } from "../../findings/across-groups.ts";
import { findingsOf } from "../../findings/findings.ts";
import { notesOf } from "../../findings/notes.ts";
import type { Run } from "../../model/run.ts";
import { isAblation, type Study } from "../../model/study.ts";
import { type Figures, figureBlock } from "../../text/figures.ts";
import { blocks, bullets, demoted, tableOf, text } from "../../text/markdown.ts";
import { tableOfStudy } from "../../text/summary-table.ts";
import { capacitySection } from "./capacity.ts";
import { clocks } from "./clocks.ts";
import { intervals } from "./intervals.ts";
import { retransmissions } from "./retransmissions.ts";
import { scalabilityModel } from "./scalability-model.ts";

/** Every run's findings, figures and charts. */
export function results(runs: readonly Run[], charts: ReadonlyMap<Run, RunCharts>, figures: Figures): string {
  return blocks([
    "## Results",
    "Response times (p50, p99, max) and connect times are the client's. CPU is per cent of one core. A dash means not measured.",
    marksSentence(figures),
    ...runs.map((run) => ofRun(run, charts.get(run), figures)),
  ]);
}

function ofRun(run: Run, charts: RunCharts | undefined, figures: Figures): string {
  const { manifest, capacity, cells } = run.results;
  const studies = capacity === null ? run.studies : [];
  return blocks([
    `### Plan ${text(run.name)}`,
    text(manifest.question),
    cells.length === 0 ? "No cell was measured, so there is no answer yet." : "",
    capacity === null ? "" : demoted(capacitySection(capacity, charts?.ofCapacity ?? [], figures), 1),
    demoted(groupsSection(studies), 1),
    ...(cells.length === 0
      ? []
      : studies.map((study) => ofStudy(study, charts?.ofStudies.get(study) ?? [], figures))),
  ]);
}

/** The same load in two groups, side by side; empty where groups share none. */
function groupsSection(studies: readonly Study[]): string {
  const table = acrossTable(studies);
  if (table === null) return "";
  return blocks([
    "### Groups compared",
    "The same server under the same load. A ratio is given where it is real, see Method; an accept queue that " +
      "overflowed, and connections that came and went, are part of what the groups differ in and not held against it.",
    bullets(acrossGroups(studies)),
    tableOf(table),
  ]);
}

function ofStudy(study: Study, charts: readonly Chart[], figures: Figures): string {
  const inside = blocks([
    findingsSection(study),
    measurements(study),
    notes(study),
    intervals(study),
    isAblation(study) ? "" : scalabilityModel(study),
    charts.length === 0 ? "" : blocks(["### Charts", ...charts.map((chart) => figureBlock(chart, figures))]),
    clocks(study),
    retransmissions(study),
  ]);
  if (study.group === null) return demoted(inside, 1);
  return blocks([`#### ${text(study.group)}`, demoted(inside, 2)]);
}

function findingsSection(study: Study): string {
  const { answer, evidence, details } = findingsOf(study);
  return blocks(["### Findings", bullets([...answer, ...evidence, ...details])]);
}

function measurements(study: Study): string {
  const table = tableOfStudy(study);
  return blocks(["### Medians", tableOf(table, [0, table.head.length - 1])]);
}

function notes(study: Study): string {
  const noted = notesOf(study.results);
  return noted.length === 0 ? "" : blocks(["### Notes", bullets(noted)]);
}

/** What a mark is, said once. */
function marksSentence(figures: Figures): string {
  if (figures.size === 0) return "";
  const anyHollow = [...figures.keys()].some((chart) => chart.series.some((one) => one.hollow.length > 0));
  const marks = "In the charts each mark is one cell, the median of its runs; upright bars are intervals.";
  if (!anyHollow) return marks;
  return (
    `${marks} A hollow mark, joined by no line, is a cell that did not end ok or whose ledgers do not ` +
    "balance: where the server held fewer connections it covers only those, and it is in no comparison."
  );
}
