import type { LabResults } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { figure, integer } from "./numbers.ts";
import { cellsOf, type Study, studyOf } from "./study.ts";

const COLUMNS: readonly (readonly [string, (cell: CellFigures) => string])[] = [
  ["server", (cell) => cell.server],
  ["connections asked", (cell) => integer(cell.connections)],
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

/** Columns of words, not numbers. */
export const SUMMARY_WORDS = [0, COLUMNS.length - 1];

/** One row a cell: for the terminal and the report. */
export function summaryTable(results: LabResults): { head: string[]; rows: string[][] } {
  return tableOfStudy(studyOf(results));
}

export function tableOfStudy(study: Study): { head: string[]; rows: string[][] } {
  const cells = study.servers.flatMap((server) => cellsOf(study, server));
  return {
    head: COLUMNS.map(([heading]) => heading),
    rows: cells.map((cell) => COLUMNS.map(([, show]) => show(cell))),
  };
}
