import type { LabResults } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { figure, integer } from "./numbers.ts";
import { type Study, studyOf } from "./study.ts";

const COLUMNS: readonly (readonly [string, (cell: CellFigures) => string])[] = [
  ["server", (cell) => cell.variant],
  ["connections asked", (cell) => integer(cell.connections)],
  ["clients", (cell) => integer(cell.clients)],
  ["established", (cell) => integer(cell.established)],
  ["held", (cell) => integer(cell.held)],
  ["messages/s", (cell) => integer(cell.messagesPerSecond)],
  ["p50 ms", (cell) => figure(cell.latency.response.p50)],
  ["p99 ms", (cell) => figure(cell.latency.response.p99)],
  ["max ms", (cell) => figure(cell.latency.response.max)],
  ["connect p99 ms", (cell) => figure(cell.latency.connect.p99)],
  ["server CPU %", (cell) => integer(cell.serverCorePercent)],
  ["peak RSS MiB", (cell) => figure(cell.rssPeakMiB)],
  ["switches per message", (cell) => figure(cell.switchesPerMessage)],
  ["verdict", verdictOf],
];

/** "valid", "valid, 4 of 5 runs", "inconclusive", or what else became of it; the reasons are said elsewhere. */
function verdictOf({ status, runs, results, doubts }: CellFigures): string {
  const part = runs.length === results.length ? "" : `, ${runs.length} of ${results.length} runs`;
  if (status !== "ok") return `${status}${part}`;
  return `${doubts.length === 0 ? "valid" : "inconclusive"}${part}`;
}

/** One row a cell: for the terminal and the report. */
export function summaryTable(results: LabResults): { head: string[]; rows: string[][] } {
  return tableOfStudy(studyOf(results));
}

export function tableOfStudy(study: Study): { head: string[]; rows: string[][] } {
  const cells = study.everyCell.toSorted(
    (a, b) =>
      study.variants.indexOf(a.variant) - study.variants.indexOf(b.variant) ||
      a.connections - b.connections ||
      a.clients - b.clients,
  );
  const hasReplicas = cells.some(({ clients }) => clients > 1);
  const columns = COLUMNS.filter(([heading]) => hasReplicas || heading !== "clients");
  return {
    head: columns.map(([heading]) => heading),
    rows: cells.map((cell) => columns.map(([, show]) => show(cell))),
  };
}
