import { CONFIDENCE_PERCENT, median } from "@c10k-lab/inference";
import { TCP_COUNTERS, type TcpCounter } from "@c10k-lab/protocol";
import {
  type Column,
  describePlace,
  describeRange,
  figure,
  integer,
  listed,
  percent,
  ratio,
} from "@c10k-lab/words";
import { claimDifference } from "../../comparison/comparison.ts";
import type { Pair } from "../../findings/facts/finding.ts";
import { pairEnds } from "../../findings/questions/compare.ts";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { type Experiment, titleOf } from "../../model/experiment.ts";
import { cellsInOrder, cellsOf, type Group, isAblation, isWhole } from "../../model/group.ts";
import { CORE_USED_UP_PERCENT } from "../../model/limits.ts";
import type { Quantity } from "../../model/quantities.ts";
import * as quantities from "../../model/quantities.ts";
import { axisColumn, SERVER } from "../../text/columns.ts";
import { blocks, bullets, demoted, tableOf, text } from "../../text/markdown.ts";
import { describeInterval, describeRatios } from "../../wording/intervals.ts";
import { containers } from "./containers.ts";
import { replicas } from "./replicas.ts";

/** Renders the evidence beside each rate: it shows what goes together, not what causes what. */
export function discussion(experiments: readonly Experiment[]): string {
  const groups = experiments.flatMap((experiment) =>
    experiment.groups.map((group) => ({ experiment, group })),
  );
  const shown = groups.filter(({ group }) => group.cells.length > 0);
  if (shown.length === 0) return "";
  return blocks([
    "## Discussion",
    "Why: what the servers did for each message, from the kernel's accounts of their processes. Starting up is not " +
      "counted. Such figures show what goes together with a rate; they do not prove what caused it.",
    ...shown.map(({ experiment, group }) =>
      blocks([
        `### Plan ${text(titleOf(experiment, group))}`,
        demoted(renderGroup(group, experiment.results.capacity !== null), 1),
      ]),
    ),
  ]);
}

function renderGroup(group: Group, isSearch: boolean): string {
  const compares = !isSearch && !isAblation(group);
  return blocks([
    tableOf([SERVER, axisColumn(group.axis), ...EVIDENCE], cellsInOrder(group)),
    compares ? bullets(pairEnds(group).flatMap(changes)) : "",
    compares ? bullets(usedUp(group)) : "",
    replicas(group),
    containers(group),
    kernelCounters(group),
  ]);
}

const EVIDENCE: readonly Column<CellFigures>[] = [
  { head: "user µs per message", cell: (one) => figure(one.userPerMessageUs) },
  { head: "system µs per message", cell: (one) => figure(one.systemPerMessageUs) },
  { head: "voluntary switches per message", cell: (one) => figure(one.voluntaryPerMessage) },
  { head: "involuntary switches per message", cell: (one) => figure(one.involuntaryPerMessage) },
  { head: "system calls per message", cell: (one) => figure(one.callsPerMessage) },
  { head: "events per wake-up", cell: (one) => figure(one.eventsPerWait) },
  { head: "descriptors scanned per wake-up", cell: (one) => figure(one.descriptorsPerWait) },
  { head: "KiB per connection", cell: (one) => figure(one.rssPerConnectionKiB) },
  { head: "threads", cell: (one) => integer(one.threadsPeak) },
  { head: "client CPU %", cell: (one) => integer(one.clientCorePercent) },
];

/** Quantities compared between the smallest and the largest whole cell of a variant. */
const TOGETHER: readonly Quantity[] = [
  quantities.RATE,
  quantities.CPU_PER_MESSAGE,
  quantities.SWITCHES,
  quantities.CALLS,
  quantities.EVENTS,
  quantities.DESCRIPTORS,
];

function changes({ to, from }: Pair): string[] {
  const parts = TOGETHER.flatMap((quantity) => changePart(to, from, quantity));
  if (parts.length === 0) return [];
  const range = `from ${describeRange(to.axis, from.axisValue, to.axisValue)}`;
  return [`${to.variant}, ${range} (${CONFIDENCE_PERCENT} % intervals of the ratios): ${parts.join("; ")}.`];
}

/** "CPU time per message rose to 1.40 times (1.35 to 1.46), from 9.1 to 12.8" */
function changePart(to: CellFigures, from: CellFigures, { what, value }: Quantity): string[] {
  const [a, b] = [value(from), value(to)];
  if (a === null || b === null) return [];
  const change = claimDifference(to, from, value);
  if (change === null) return [`no real change of the ${what} is shown (${figure(a)} and ${figure(b)})`];
  const verb = change.ratio > 1 ? "rose" : "fell";
  return [
    `${what} ${verb} to ${ratio(change.ratio)} times (${describeRatios(change.interval)}), from ${figure(a)} to ${figure(b)}`,
  ];
}

/** Names the servers that used up their core: it limits their rate. */
function usedUp(group: Group): string[] {
  const last = group.variants.flatMap((variant) => cellsOf(group, variant).filter(isWhole).at(-1) ?? []);
  const full = last.flatMap((cell) => {
    const interval = intervalOf(cell, quantities.CORE_SHARE.value);
    return interval === null || interval.low < CORE_USED_UP_PERCENT ? [] : [{ cell, interval }];
  });
  if (full.length === 0) return [];
  const said = full.map(
    ({ cell, interval }) =>
      `${cell.variant} at ${describePlace(group.axis, cell.axisValue)} (${describeInterval(interval, percent)})`,
  );
  return [
    `${CORE_USED_UP_PERCENT} % or more of its core was used by ${listed(said)}: there the rate is what one core allows at that CPU time per message.`,
  ];
}

const MEANINGS: Readonly<Record<TcpCounter, string>> = {
  ListenOverflows: "the queue of connections waiting to be accepted was full",
  ListenDrops: "a connection was dropped before it was accepted, for any reason",
  TCPTimeouts: "a retransmission timer ran out",
  TCPLossProbes: "a probe was sent because an answer was late",
  TCPSynRetrans: "a SYN was sent again",
  RetransSegs: "a segment was sent again",
  SyncookiesSent: "a SYN cookie was sent instead of keeping the connection in the queue",
  TCPMemoryPressures: "the TCP stack ran short of memory",
};

/** Renders the cells and counters that are not zero throughout. */
function kernelCounters(group: Group): string {
  const heading = "### TCP counters of the kernel";
  const counted = group.everyCell.map((cell) => ({
    cell,
    counts: TCP_COUNTERS.map((name) => cell.repetitions.map(({ evidence }) => evidence.tcp[name] ?? 0)),
  }));
  const used = TCP_COUNTERS.filter((_, at) =>
    counted.some(({ counts }) => counts[at]?.some((one) => one > 0)),
  );
  if (used.length === 0)
    return blocks([heading, "All counters kept as evidence stayed at zero in every cell."]);
  const rows = counted.filter(({ counts }) => counts.flat().some((count) => count > 0));
  const columns = used.map(
    (name): Column<(typeof rows)[number]> => ({
      head: name,
      cell: ({ counts }) => describeCounts(counts[TCP_COUNTERS.indexOf(name)] ?? []),
    }),
  );
  return blocks([
    heading,
    "The median of the repetitions and, in brackets, the highest. Only cells and counters that are not zero throughout. They belong " +
      "to the whole network namespace, client included.",
    tableOf([{ head: "cell", align: "left", cell: ({ cell }) => cell.name }, ...columns], rows),
    `${text(used.map((name) => `${name}: ${MEANINGS[name]}`).join("; "))}.`,
  ]);
}

function describeCounts(values: readonly number[]): string {
  return `${integer(median(values))}${values.length > 1 ? ` (${integer(Math.max(...values))})` : ""}`;
}
