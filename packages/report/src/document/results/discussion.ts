import { CONFIDENCE_PERCENT, median } from "@c10k-lab/inference";
import type { TcpCounter } from "@c10k-lab/protocol";
import { TCP_COUNTERS } from "@c10k-lab/protocol";
import { figure, integer, listed, percent, ratio } from "@c10k-lab/words";
import { changeOf } from "../../comparison/change.ts";
import { between } from "../../comparison/comparison.ts";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { CORE_USED_UP_PERCENT } from "../../model/limits.ts";
import { placeOf, rangeOf, wordsOf } from "../../model/place.ts";
import type { Quantity } from "../../model/quantities.ts";
import * as quantities from "../../model/quantities.ts";
import { type Run, titleOf } from "../../model/run.ts";
import { cellsOf, isAblation, isWhole, type Study } from "../../model/study.ts";
import { blocks, bullets, demoted, type Table, tableOf, text } from "../../text/markdown.ts";
import { containers } from "./containers.ts";
import { replicas } from "./replicas.ts";

/** Why: the evidence beside each rate. It shows what goes together, not what causes what. */
export function discussion(runs: readonly Run[]): string {
  const studies = runs.flatMap((run) => run.studies.map((study) => ({ run, study })));
  const shown = studies.filter(({ study }) => study.cells.length > 0);
  if (shown.length === 0) return "";
  return blocks([
    "## Discussion",
    "Why: what the servers did for each message, from the kernel's accounts of their processes. Starting up is not " +
      "counted. Such figures show what goes together with a rate; they do not prove what caused it.",
    ...shown.map(({ run, study }) =>
      blocks([
        `### Plan ${text(titleOf(run, study))}`,
        demoted(ofStudy(study, run.results.capacity !== null), 1),
      ]),
    ),
  ]);
}

function ofStudy(study: Study, isSearch: boolean): string {
  const compares = !isSearch && !isAblation(study);
  return blocks([
    tableOf(evidenceTable(study)),
    compares ? bullets(study.variants.flatMap((variant) => changes(study, variant))) : "",
    compares ? bullets(usedUp(study)) : "",
    replicas(study),
    containers(study),
    kernelCounters(study),
  ]);
}

const EVIDENCE: readonly (readonly [string, (cell: CellFigures) => string])[] = [
  ["user µs per message", (cell) => figure(cell.userPerMessageUs)],
  ["system µs per message", (cell) => figure(cell.systemPerMessageUs)],
  ["voluntary switches per message", (cell) => figure(cell.voluntaryPerMessage)],
  ["involuntary switches per message", (cell) => figure(cell.involuntaryPerMessage)],
  ["system calls per message", (cell) => figure(cell.callsPerMessage)],
  ["events per wake-up", (cell) => figure(cell.eventsPerWait)],
  ["descriptors scanned per wake-up", (cell) => figure(cell.descriptorsPerWait)],
  ["KiB per connection", (cell) => figure(cell.rssPerConnectionKiB)],
  ["threads", (cell) => integer(cell.threadsPeak)],
  ["client CPU %", (cell) => integer(cell.clientCorePercent)],
];

function evidenceTable(study: Study): Table {
  const cells = study.variants.flatMap((variant) => cellsOf(study, variant));
  return {
    head: ["server", wordsOf(study.axis).label, ...EVIDENCE.map(([heading]) => heading)],
    rows: cells.map((cell) => [
      cell.variant,
      wordsOf(study.axis).format(cell.x),
      ...EVIDENCE.map(([, show]) => show(cell)),
    ]),
  };
}

/** What goes together with what: one variant between its smallest and its largest whole cell. */
const TOGETHER: readonly Quantity[] = [
  quantities.RATE,
  quantities.CPU_PER_MESSAGE,
  quantities.SWITCHES,
  quantities.CALLS,
  quantities.EVENTS,
  quantities.DESCRIPTORS,
];

function changes(study: Study, variant: string): string[] {
  const cells = cellsOf(study, variant).filter(isWhole);
  const [from, to] = [cells[0], cells.at(-1)];
  if (from === undefined || to === undefined || from.x === to.x) return [];
  const parts = TOGETHER.flatMap((quantity) => changePart(to, from, quantity));
  if (parts.length === 0) return [];
  const range = `from ${rangeOf(study.axis, from.x, to.x)}`;
  return [`${variant}, ${range} (${CONFIDENCE_PERCENT} % intervals of the ratios): ${parts.join("; ")}.`];
}

/** "CPU time per message rose to 1.40 times (1.35 to 1.46), from 9.1 to 12.8" */
function changePart(to: CellFigures, from: CellFigures, { what, value }: Quantity): string[] {
  const [a, b] = [value(from), value(to)];
  if (a === null || b === null) return [];
  const change = changeOf(to, from, value);
  if (change === null) return [`no real change of the ${what} is shown (${figure(a)} and ${figure(b)})`];
  const verb = change.ratio > 1 ? "rose" : "fell";
  return [
    `${what} ${verb} to ${ratio(change.ratio)} times (${between(change.interval)}), from ${figure(a)} to ${figure(b)}`,
  ];
}

/** Where a server has no more of its core, its rate is what one core allows. */
function usedUp(study: Study): string[] {
  const last = study.variants.flatMap((variant) => cellsOf(study, variant).filter(isWhole).at(-1) ?? []);
  const full = last.flatMap((cell) => {
    const interval = intervalOf(cell, quantities.CORE_SHARE.value);
    return interval === null || interval.low < CORE_USED_UP_PERCENT ? [] : [{ cell, interval }];
  });
  if (full.length === 0) return [];
  const said = full.map(
    ({ cell, interval }) =>
      `${cell.variant} at ${placeOf(study.axis, cell.x)} (${CONFIDENCE_PERCENT} % interval ${integer(interval.low)} to ${percent(interval.high)})`,
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

/** A row a cell that has any, a column a counter that has any. */
function kernelCounters(study: Study): string {
  const heading = "### TCP counters of the kernel";
  const counted = study.everyCell.map((cell) => ({
    cell,
    counts: TCP_COUNTERS.map((name) => cell.results.map(({ evidence }) => evidence.tcp[name] ?? 0)),
  }));
  const used = TCP_COUNTERS.filter((_, at) =>
    counted.some(({ counts }) => counts[at]?.some((one) => one > 0)),
  );
  if (used.length === 0)
    return blocks([heading, "All counters kept as evidence stayed at zero in every cell."]);
  const rows = counted
    .filter(({ counts }) => counts.flat().some((count) => count > 0))
    .map(({ cell, counts }) => [
      cell.name,
      ...used.map((name) => {
        const values = counts[TCP_COUNTERS.indexOf(name)] ?? [];
        return `${integer(median(values))}${values.length > 1 ? ` (${integer(Math.max(...values))})` : ""}`;
      }),
    ]);
  return blocks([
    heading,
    "The median of the runs and, in brackets, the highest. Only cells and counters that are not zero throughout. They belong " +
      "to the whole network namespace, client included.",
    tableOf({ head: ["cell", ...used], rows }),
    `${text(used.map((name) => `${name}: ${MEANINGS[name]}`).join("; "))}.`,
  ]);
}
