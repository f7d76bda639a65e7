import type { LabResults } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { figure, integer } from "./numbers.ts";
import { wordsOf } from "./place.ts";
import { inTableOrder, type Study, studiesOf } from "./study.ts";

const COLUMNS: readonly (readonly [string, (cell: CellFigures) => string])[] = [
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

interface Table {
  readonly head: string[];
  readonly rows: string[][];
}

/** One row a cell, for the terminal; the groups of a plan one below the other. */
export function summaryTable(results: LabResults): Table {
  const studies = studiesOf(results);
  const tables = studies.map(tableOfStudy);
  if (studies.length === 1) return tables[0] as Table;
  return {
    head: ["group", ...(tables[0]?.head ?? [])],
    rows: studies.flatMap(({ group }, at) => (tables[at]?.rows ?? []).map((row) => [group ?? "", ...row])),
  };
}

export function tableOfStudy(study: Study): Table {
  const cells = study.everyCell.toSorted(inTableOrder);
  // Of connections the table has a column already.
  const place = study.axis === "connections" ? [] : [wordsOf(study.axis)];
  const hasReplicas = cells.some(({ clients }) => clients > 1);
  const columns = COLUMNS.filter(([heading]) => hasReplicas || heading !== "clients");
  return {
    head: ["server", ...place.map(({ label }) => label), ...columns.map(([heading]) => heading)],
    rows: cells.map((cell) => [
      cell.variant,
      ...place.map(({ format }) => format(cell.x)),
      ...columns.map(([, show]) => show(cell)),
    ]),
  };
}
