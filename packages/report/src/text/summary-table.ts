import type { LabResults } from "@c10k-lab/protocol";
import { type Column, figure, integer, type Table, tabulate } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { type Group, isOpenLoop, listGroups, serverNames, tableOrder } from "../model/group.ts";
import { axisColumn, SERVER } from "./columns.ts";

interface SummaryColumn extends Column<CellFigures> {
  /** Tables it stands in; all where it is missing. */
  readonly isShown?: (group: Group) => boolean;
}

const COLUMNS: readonly SummaryColumn[] = [
  { head: "connections asked", cell: (one) => integer(one.connections) },
  { head: "clients", cell: (one) => integer(one.clients), isShown: hasReplicas },
  { head: "established", cell: (one) => integer(one.established) },
  { head: "held", cell: (one) => integer(one.held) },
  {
    head: "connections/s",
    cell: (one) => integer(one.connectionsPerSecond),
    isShown: ({ axis }) => axis === "connect-rate",
  },
  { head: "messages/s", cell: (one) => integer(one.messagesPerSecond) },
  { head: "MiB/s", cell: (one) => figure(one.mibPerSecond), isShown: ({ axis }) => axis === "size" },
  { head: "p50 ms", cell: (one) => figure(one.latency.response.p50) },
  { head: "p99 ms", cell: (one) => figure(one.latency.response.p99) },
  { head: "max ms", cell: (one) => figure(one.latency.response.max) },
  { head: "intended p99 ms", cell: (one) => figure(one.latency.intended.p99), isShown: isOpenLoop },
  { head: "connect p99 ms", cell: (one) => figure(one.latency.connect.p99) },
  {
    head: "first response p99 ms",
    cell: (one) => figure(one.latency.firstResponse.p99),
    isShown: ({ axis }) => axis === "backlog" || axis === "connect-rate",
  },
  {
    head: "overflows",
    cell: (one) => integer(one.listenOverflows),
    isShown: ({ axis }) => axis === "backlog",
  },
  { head: "server CPU %", cell: (one) => integer(one.serverCorePercent) },
  { head: "peak RSS MiB", cell: (one) => figure(one.rssPeakMiB) },
  { head: "switches per message", cell: (one) => figure(one.switchesPerMessage) },
  { head: "verdict", align: "left", cell: describeVerdict },
];

/** Returns "valid", "valid, 4 of 5 repetitions", "inconclusive", or the status of a cell that did not end ok. */
function describeVerdict({ status, used, repetitions, doubts }: CellFigures): string {
  const part =
    used.length === repetitions.length ? "" : `, ${used.length} of ${repetitions.length} repetitions`;
  if (status !== "ok") return `${status}${part}`;
  return `${doubts.length === 0 ? "valid" : "inconclusive"}${part}`;
}

/** Returns a row for each cell, the groups of a plan one below the other. */
export function summaryTable(results: LabResults): Table {
  const groups = listGroups(results);
  const rows = groups.flatMap((group) => listRows(group).map((cell) => ({ group: group.name ?? "", cell })));
  const columns = columnsFor(groups).map(({ cell, ...column }) => ({
    ...column,
    cell: (row: (typeof rows)[number]) => cell(row.cell),
  }));
  if (groups.length === 1) return tabulate(columns, rows);
  return tabulate([{ head: "group", align: "left", cell: ({ group }) => group }, ...columns], rows);
}

export function tabulateGroup(group: Group): Table {
  return tabulate(columnsFor([group]), listRows(group));
}

function listRows({ experiment, everyCell }: Group): CellFigures[] {
  return everyCell.toSorted(tableOrder(serverNames([experiment])));
}

/** @param groups that share a table */
function columnsFor(groups: readonly Group[]): Column<CellFigures>[] {
  const { axis } = groups[0] ?? { axis: "connections" };
  return [
    SERVER,
    // Connections have a column in every table.
    ...(axis === "connections" ? [] : [axisColumn(axis)]),
    ...COLUMNS.filter(({ isShown }) => isShown === undefined || groups.some(isShown)),
  ];
}

function hasReplicas({ results }: Group): boolean {
  return results.repetitions.some(({ clients }) => clients > 1);
}
