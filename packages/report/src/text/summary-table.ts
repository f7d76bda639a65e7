import type { LabResults } from "@c10k-lab/protocol";
import { figure, integer } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { wordsOf } from "../model/place.ts";
import { inTableOrder, isOpenLoop, type Study, studiesOf } from "../model/study.ts";

interface Column {
  readonly head: string;
  readonly show: (cell: CellFigures) => string;
  /** Where it does not stand in every table. */
  readonly isShown?: (study: Study) => boolean;
}

const COLUMNS: readonly Column[] = [
  { head: "connections asked", show: (cell) => integer(cell.connections) },
  { head: "clients", show: (cell) => integer(cell.clients), isShown: hasReplicas },
  { head: "established", show: (cell) => integer(cell.established) },
  { head: "held", show: (cell) => integer(cell.held) },
  {
    head: "connections/s",
    show: (cell) => integer(cell.connectionsPerSecond),
    isShown: ({ axis }) => axis === "connect-rate",
  },
  { head: "messages/s", show: (cell) => integer(cell.messagesPerSecond) },
  { head: "MiB/s", show: (cell) => figure(cell.mibPerSecond), isShown: ({ axis }) => axis === "size" },
  { head: "p50 ms", show: (cell) => figure(cell.latency.response.p50) },
  { head: "p99 ms", show: (cell) => figure(cell.latency.response.p99) },
  { head: "max ms", show: (cell) => figure(cell.latency.response.max) },
  { head: "intended p99 ms", show: (cell) => figure(cell.latency.intended.p99), isShown: isOpenLoop },
  { head: "connect p99 ms", show: (cell) => figure(cell.latency.connect.p99) },
  {
    head: "first response p99 ms",
    show: (cell) => figure(cell.latency.firstResponse.p99),
    isShown: ({ axis }) => axis === "backlog" || axis === "connect-rate",
  },
  {
    head: "overflows",
    show: (cell) => integer(cell.listenOverflows),
    isShown: ({ axis }) => axis === "backlog",
  },
  { head: "server CPU %", show: (cell) => integer(cell.serverCorePercent) },
  { head: "peak RSS MiB", show: (cell) => figure(cell.rssPeakMiB) },
  { head: "switches per message", show: (cell) => figure(cell.switchesPerMessage) },
  { head: "verdict", show: verdictOf },
];

/** "valid", "valid, 4 of 5 runs", "inconclusive", or what else became of it; the reasons are said elsewhere. */
function verdictOf({ status, runs, results, doubts }: CellFigures): string {
  const part = runs.length === results.length ? "" : `, ${runs.length} of ${results.length} runs`;
  if (status !== "ok") return `${status}${part}`;
  return `${doubts.length === 0 ? "valid" : "inconclusive"}${part}`;
}

interface Cells {
  readonly head: string[];
  readonly rows: string[][];
}

/** One row a cell, for the terminal; the groups of a plan one below the other. */
export function summaryTable(results: LabResults): Cells {
  const studies = studiesOf(results);
  const tables = studies.map((study) => tableOfStudy(study, studies));
  if (studies.length === 1) return tables[0] as Cells;
  return {
    head: ["group", ...(tables[0]?.head ?? [])],
    rows: studies.flatMap(({ group }, at) => (tables[at]?.rows ?? []).map((row) => [group ?? "", ...row])),
  };
}

/** @param beside the studies whose tables have the same columns */
export function tableOfStudy(study: Study, beside: readonly Study[] = [study]): Cells {
  const cells = study.everyCell.toSorted(inTableOrder);
  // Of connections the table has a column already.
  const place = study.axis === "connections" ? [] : [wordsOf(study.axis)];
  const columns = COLUMNS.filter(({ isShown }) => isShown === undefined || beside.some(isShown));
  return {
    head: ["server", ...place.map(({ label }) => label), ...columns.map(({ head }) => head)],
    rows: cells.map((cell) => [
      cell.variant,
      ...place.map(({ format }) => format(cell.x)),
      ...columns.map(({ show }) => show(cell)),
    ]),
  };
}

function hasReplicas({ results }: Study): boolean {
  return results.cells.some(({ clients }) => clients > 1);
}
