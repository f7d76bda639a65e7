import { median } from "@c10k-lab/inference";
import { TCP_COUNTERS, type TcpCounter } from "@c10k-lab/protocol";
import { type Column, figure, integer } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsInOrder, type Group } from "../model/group.ts";
import { axisColumn, SERVER } from "../text/columns.ts";
import { wideTableOf } from "../text/common-columns.ts";
import { blocks, tableOf, text } from "../text/markdown.ts";

/** Renders the work of the servers for each message, and the kernel's counters. */
export function evidence(group: Group): string {
  return blocks([
    "### Work for each message",
    "From the kernel's accounts of the server's process. Starting up is not counted. CPU time, switches and system calls are per message. A wake-up is a return of the wait for events; descriptors are those that it examined.",
    wideTableOf([SERVER, axisColumn(group.axis), ...EVIDENCE], cellsInOrder(group)),
    kernelCounters(group),
  ]);
}

const EVIDENCE: readonly Column<CellFigures>[] = [
  { head: "user µs", cell: (one) => figure(one.userPerMessageUs) },
  { head: "system µs", cell: (one) => figure(one.systemPerMessageUs) },
  { head: "voluntary switches", cell: (one) => figure(one.voluntaryPerMessage) },
  { head: "involuntary switches", cell: (one) => figure(one.involuntaryPerMessage) },
  { head: "system calls", cell: (one) => figure(one.callsPerMessage) },
  { head: "events per wake-up", cell: (one) => figure(one.eventsPerWait) },
  { head: "descriptors per wake-up", cell: (one) => figure(one.descriptorsPerWait) },
  { head: "KiB per connection", cell: (one) => figure(one.rssPerConnectionKiB) },
  { head: "threads", cell: (one) => integer(one.threadsPeak) },
  { head: "client CPU %", cell: (one) => integer(one.clientCorePercent) },
];

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
