import { describeIncidents } from "@c10k-lab/words";
import type { Figures } from "../../charts/charts.ts";
import type { Figure } from "../../charts/draw/chart.ts";
import { describeFinding } from "../../findings/facts/describe-finding.ts";
import { findInGroup } from "../../findings/findings.ts";
import { findAcrossGroups, tabulateTwins } from "../../findings/questions/across-groups.ts";
import type { Experiment } from "../../model/experiment.ts";
import { type Group, isAblation } from "../../model/group.ts";
import { figureBlock } from "../../text/figures.ts";
import { blocks, bullets, demoted, renderTable, tableOf, text } from "../../text/markdown.ts";
import { tabulateGroup } from "../../text/summary-table.ts";
import { capacitySection } from "./capacity.ts";
import { clocks } from "./clocks.ts";
import { intervals } from "./intervals.ts";
import { retransmissions } from "./retransmissions.ts";
import { scalabilityModel } from "./scalability-model.ts";

/** Renders findings, figures and charts of every experiment. */
export function results(experiments: readonly Experiment[], figures: Figures): string {
  return blocks([
    "## Results",
    "Response times (p50, p99, max) and connect times are the client's. CPU is per cent of one core. A dash means not measured.",
    marksSentence(figures),
    ...experiments.map((experiment) => renderExperiment(experiment, figures)),
  ]);
}

function renderExperiment(experiment: Experiment, figures: Figures): string {
  const { manifest, capacity, repetitions: cells } = experiment.results;
  const groups = capacity === null ? experiment.groups : [];
  return blocks([
    `### Plan ${text(experiment.name)}`,
    text(manifest.question),
    cells.length === 0 ? "No cell was measured, so there is no answer yet." : "",
    capacity === null ? "" : demoted(capacitySection(capacity, figures.get(experiment) ?? []), 1),
    demoted(groupsSection(groups), 1),
    ...(cells.length === 0 ? [] : groups.map((group) => renderGroup(group, figures.get(group) ?? []))),
  ]);
}

/** Renders the same load in two groups side by side; empty where groups share none. */
function groupsSection(groups: readonly Group[]): string {
  const table = tabulateTwins(groups);
  if (table === null) return "";
  return blocks([
    "### Groups compared",
    "The same server under the same load. A ratio is given where it is real, see Method; an accept queue that " +
      "overflowed, and connections that came and went, are part of what the groups differ in and not held against it.",
    bullets(findAcrossGroups(groups).map(describeFinding)),
    tableOf(table.columns, table.rows),
  ]);
}

function renderGroup(group: Group, figures: readonly Figure[]): string {
  const inside = blocks([
    findingsSection(group),
    "### Medians",
    renderTable(tabulateGroup(group)),
    incidents(group),
    intervals(group),
    isAblation(group) ? "" : scalabilityModel(group),
    ...(figures.length === 0 ? [] : ["### Charts", ...figures.map(figureBlock)]),
    clocks(group),
    retransmissions(group),
  ]);
  if (group.name === null) return demoted(inside, 1);
  return blocks([`#### ${text(group.name)}`, demoted(inside, 2)]);
}

function findingsSection(group: Group): string {
  const { answer, evidence, details } = findInGroup(group);
  return blocks(["### Findings", bullets([...answer, ...evidence, ...details].map(describeFinding))]);
}

function incidents(group: Group): string {
  const sentences = describeIncidents(group.results.repetitions);
  return sentences.length === 0 ? "" : blocks(["### Incidents", bullets(sentences)]);
}

/** Explains the marks of all charts. */
function marksSentence(figures: Figures): string {
  const series = [...figures.values()].flat().flatMap((figure) => figure.series);
  if (series.length === 0) return "";
  const marks =
    "In the charts each mark is one cell, the median of its repetitions; upright bars are intervals.";
  if (series.every(({ hollow }) => hollow.length === 0)) return marks;
  return (
    `${marks} A hollow mark, joined by no line, is a cell that did not end ok or whose ledgers ` +
    "differ: where the server held fewer connections it covers only those, and it is in no comparison."
  );
}
