import { type LabResults, SERVERS } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { figure, integer } from "./numbers.ts";
import { type Study, studyOf } from "./study.ts";

const COLUMNS: readonly (readonly [string, (cell: CellFigures) => string])[] = [
  ["server", (cell) => cell.server],
  ["connections asked", (cell) => integer(cell.connections)],
  ["clients", (cell) => integer(cell.cell.clients)],
  ["established", (cell) => integer(cell.established)],
  ["messages/s", (cell) => integer(cell.messagesPerSecond)],
  ["p50 ms", (cell) => figure(cell.latency.response.p50)],
  ["p99 ms", (cell) => figure(cell.latency.response.p99)],
  ["max ms", (cell) => figure(cell.latency.response.max)],
  ["connect p99 ms", (cell) => figure(cell.latency.connect.p99)],
  ["server CPU %", (cell) => integer(cell.serverCorePercent)],
  ["peak RSS MiB", (cell) => figure(cell.rssPeakMiB)],
  ["switches per message", (cell) => figure(cell.switchesPerMessage)],
  ["status", (cell) => cell.cell.status],
];

/** One row a cell: for the terminal and the report. */
export function summaryTable(results: LabResults): { head: string[]; rows: string[][] } {
  return tableOfStudy(studyOf(results));
}

export function tableOfStudy(study: Study): { head: string[]; rows: string[][] } {
  const cells = study.everyCell.toSorted(
    (a, b) =>
      SERVERS.indexOf(a.server) - SERVERS.indexOf(b.server) ||
      a.connections - b.connections ||
      a.cell.clients - b.cell.clients,
  );
  const hasReplicas = cells.some(({ cell }) => cell.clients > 1);
  const columns = COLUMNS.filter(([heading]) => hasReplicas || heading !== "clients");
  return {
    head: columns.map(([heading]) => heading),
    rows: cells.map((cell) => columns.map(([, show]) => show(cell))),
  };
}
