import type { TcpCounter } from "@c10k-lab/protocol";
import { TCP_COUNTERS } from "@c10k-lab/protocol";
import type { CellFigures } from "../cell-figures.ts";
import { difference } from "../comparison.ts";
import { blocks, bullets, type Table, tableOf } from "../markdown.ts";
import { figure, integer } from "../numbers.ts";
import { rangeOf, wordsOf } from "../place.ts";
import type { RunFigures } from "../run-figures.ts";
import { cellsOf, isWhole, type Study } from "../study.ts";
import { containers } from "./containers.ts";
import { replicas } from "./replicas.ts";

/** Why: the evidence beside each rate. It shows what goes together, not what causes what. */
export function discussion(study: Study): string {
  if (study.cells.length === 0) return "";
  return blocks([
    "## Why",
    "What the servers did for each message, from the kernel's accounts of their processes. Starting up is not " +
      "counted. Such figures show what goes together with a rate; they do not prove what caused it.",
    tableOf(evidenceTable(study)),
    bullets(study.variants.flatMap((variant) => changes(study, variant))),
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

/** What changed for one variant between its smallest and its largest whole cell. */
function changes(study: Study, variant: string): string[] {
  const cells = cellsOf(study, variant).filter(isWhole);
  const [from, to] = [cells[0], cells.at(-1)];
  if (from === undefined || to === undefined || from.x === to.x) return [];
  const range = `from ${rangeOf(study.axis, from.x, to.x)}`;
  const change = (what: string, value: (run: RunFigures) => number | null, unit: string): string[] => {
    const [a, b] = [value(from), value(to)];
    if (a === null || b === null) return [];
    const [larger, smaller] = b > a ? [to, from] : [from, to];
    if (difference(larger, smaller, value) === null)
      return [`no real change of ${what} is shown (${figure(a)} and ${figure(b)}${unit})`];
    return [`${what} ${b > a ? "rose" : "fell"} from ${figure(a)} to ${figure(b)}${unit}`];
  };
  const parts = [
    ...change("CPU time per message", (cell) => cell.cpuPerMessageUs, " µs"),
    ...change("context switches per message", (cell) => cell.switchesPerMessage, ""),
    ...change("system calls per message", (cell) => cell.callsPerMessage, ""),
    ...change("ready descriptors per wake-up", (cell) => cell.eventsPerWait, ""),
  ];
  return parts.length === 0 ? [] : [`${variant}, ${range}: ${parts.join("; ")}.`];
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

function kernelCounters(study: Study): string {
  const rows = study.results.cells.flatMap(({ id, evidence }) =>
    TCP_COUNTERS.flatMap((name) => {
      const count = evidence.tcp[name] ?? 0;
      return count === 0 ? [] : [[id, name, MEANINGS[name], integer(count)]];
    }),
  );
  const heading = "### TCP counters of the kernel";
  if (rows.length === 0)
    return blocks([heading, "All counters kept as evidence stayed at zero in every cell."]);
  return blocks([
    heading,
    "Only those that are not zero. They belong to the whole network namespace, client included.",
    tableOf({ head: ["cell", "counter", "each count means", "times"], rows }, [0, 1, 2]),
  ]);
}
