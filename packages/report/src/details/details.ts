import { describeIncidents, describeUnmeasured } from "@c10k-lab/words";
import type { Figures } from "../charts/charts.ts";
import type { Figure } from "../charts/draw/chart.ts";
import { type Experiment, isInterrupted } from "../model/experiment.ts";
import { type Group, isAblation } from "../model/group.ts";
import { renderWide } from "../text/common-columns.ts";
import { costTable, describeSlabs } from "../text/cost-table.ts";
import { demandTable } from "../text/demand-table.ts";
import { figureBlock } from "../text/figures.ts";
import { blocks, bullets, demoted, text } from "../text/markdown.ts";
import { tabulateGroup } from "../text/summary-table.ts";
import { appendix } from "./appendix.ts";
import { capacitySection } from "./capacity.ts";
import { clocks } from "./clocks.ts";
import { containers, nodes } from "./containers.ts";
import { environment } from "./environment.ts";
import { evidence } from "./evidence.ts";
import { findingsTable } from "./findings.ts";
import { intervals } from "./intervals.ts";
import { replicas } from "./replicas.ts";
import { retransmissions } from "./retransmissions.ts";
import { scalabilityModel } from "./scalability-model.ts";

/** Renders everything that the report leaves out, as Markdown. Charts are images at `charts/NAME.svg`. */
export function renderDetails(experiments: readonly Experiment[], figures: Figures): string {
  return `${blocks([
    "# Details",
    "[Back to the report](report.md). Response times (p50, p99, max) and connect times are the client's. CPU is per cent of one core. A dash means not measured.",
    ...experiments.map((experiment) => renderExperiment(experiment, figures)),
    environment(experiments),
    appendix(experiments),
  ])}\n`;
}

function renderExperiment(experiment: Experiment, figures: Figures): string {
  const { capacity, repetitions: cells } = experiment.results;
  const groups = capacity === null && cells.length > 0 ? experiment.groups : [];
  const { findings } = experiment.results;
  const unmeasured = findings && describeUnmeasured(findings, isInterrupted(experiment));
  return blocks([
    `## Plan ${text(experiment.name)}`,
    unmeasured === null ? "" : text(unmeasured),
    capacity === null ? "" : capacitySection(capacity, figures.get(experiment) ?? []),
    ...groups.map((group) => renderGroup(group, figures.get(group) ?? [])),
  ]);
}

function renderGroup(group: Group, figures: readonly Figure[]): string {
  const inside = blocks([
    findingsTable(group),
    "### Medians",
    renderWide(tabulateGroup(group)),
    incidents(group),
    intervals(group),
    serviceDemand(group),
    connectionCost(group),
    isAblation(group) ? "" : scalabilityModel(group),
    ...(figures.length === 0 ? [] : ["### Charts", MARKS, ...figures.map(figureBlock)]),
    clocks(group),
    evidence(group),
    retransmissions(group),
    replicas(group),
    containers(group),
    nodes(group),
  ]);
  if (group.name === null) return inside;
  return blocks([`### ${text(group.name)}`, demoted(inside, 1)]);
}

const MARKS =
  "Each mark is the median of a cell's repetitions; upright bars are intervals. A hollow mark, joined by no line, is a cell " +
  "that did not end ok or whose ledgers differ: it is in no comparison.";

function serviceDemand(group: Group): string {
  const table = demandTable(group);
  if (table === null) return "";
  return blocks(["### Service demand", DEMAND, renderWide(table)]);
}

const DEMAND =
  "D is the CPU time per message, 1/D the messages per second that one core carries (utilization law). Where the server " +
  "reached 95 % of its core, its rate there is divided by the 1/D of slices below the limit: 1 when the law holds, more when " +
  "messages are cheaper under full load.";

function connectionCost(group: Group): string {
  const table = costTable(group);
  if (table === null) return "";
  return blocks(["### Cost of connections", COST, renderWide(table), bullets(describeSlabs(group))]);
}

const COST =
  "Memory is its growth while the connections were opened, by their number: resident memory of all servers and of all " +
  "clients, and the kernel's objects, page tables and stacks for both ends (of the whole machine: other work is in it). " +
  "“Stop” is the time from the stop signal to the end of the last server, “results” the size of the cell's files.";

function incidents(group: Group): string {
  const sentences = describeIncidents(group.results.repetitions);
  return sentences.length === 0 ? "" : blocks(["### Incidents", bullets(sentences)]);
}
