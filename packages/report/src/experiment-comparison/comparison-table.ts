import type { CellComparison, Change, ExperimentComparison } from "@c10k-lab/protocol";
import {
  axisWords,
  type Column,
  describeChangeInterval,
  describePercent,
  describeValue,
  plural,
  type Table,
  tabulate,
} from "@c10k-lab/words";
import { COMPARED } from "./compared-quantities.ts";

const JUDGEMENTS: Readonly<Record<Change["judgement"], string>> = {
  better: "better",
  worse: "worse",
  "no-difference-shown": "none shown",
  "too-few-repetitions": "too few repetitions",
  "not-comparable": "not comparable",
};

/** A quantity of a cell; a change of null is the status of the cell. */
interface Row {
  readonly cell: CellComparison;
  readonly change: Change | null;
}

/** Returns a row for each quantity of each cell, and one for a cell that declined or has no quantity. */
export function comparisonTable(comparison: ExperimentComparison): Table {
  return tabulateRows(comparison, listRows(comparison));
}

/** Returns the rows that show a difference: better, worse, or a cell that declined. */
export function differenceTable(comparison: ExperimentComparison): Table {
  const isShown = ({ cell, change }: Row) =>
    change === null ? cell.decline !== null : change.judgement === "worse" || change.judgement === "better";
  return tabulateRows(comparison, listRows(comparison).filter(isShown));
}

function listRows({ cells }: ExperimentComparison): Row[] {
  return cells.flatMap((cell): Row[] => [
    ...(cell.changes.length === 0 || cell.decline !== null ? [{ cell, change: null }] : []),
    ...cell.changes.map((change) => ({ cell, change })),
  ]);
}

function tabulateRows({ cells, confidencePercent }: ExperimentComparison, rows: readonly Row[]): Table {
  const hasGroups = cells.some(({ group }) => group !== null);
  const hasClients = cells.some(({ clients }) => clients > 1);
  const columns: Column<Row>[] = [
    ...(hasGroups
      ? [{ head: "group", align: "left", cell: ({ cell }: Row) => cell.group ?? "" } as const]
      : []),
    { head: "server", align: "left", cell: ({ cell }) => cell.variant },
    { head: headLoad(cells), cell: ({ cell }) => axisWords(cell.axis).format(cell.axisValue) },
    ...(hasClients ? [{ head: "clients", cell: ({ cell }: Row) => String(cell.clients) }] : []),
    {
      head: "quantity",
      align: "left",
      cell: ({ change }) => (change ? COMPARED[change.quantity].label : "status"),
    },
    { head: "before", cell: (row) => describeSide(row, "before") },
    { head: "after", cell: (row) => describeSide(row, "after") },
    { head: "change %", cell: ({ change }) => describePercent(change?.changePercent ?? null) },
    {
      head: `${confidencePercent}\u00a0% interval`,
      cell: ({ change }) => describeChangeInterval(change?.intervalPercent ?? null),
    },
    { head: "difference", align: "left", cell: describeDifference },
  ];
  const doubts: Column<Row> = {
    head: "inconclusive",
    align: "left",
    cell: ({ change }) => [...new Set([change?.doubts.before, change?.doubts.after].flat())].join(", "),
  };
  const hasDoubts = rows.some((row) => doubts.cell(row) !== "");
  return tabulate(hasDoubts ? [...columns, doubts] : columns, rows);
}

/** Returns the label of the axis, or "load" where the groups have different ones. */
function headLoad(cells: readonly CellComparison[]): string {
  const [axis, ...others] = new Set(cells.map((cell) => cell.axis));
  return axis === undefined || others.length > 0 ? "load" : axisWords(axis).label;
}

function describeDifference({ cell, change }: Row): string {
  if (change === null) {
    return cell.decline === null ? JUDGEMENTS["not-comparable"] : `${JUDGEMENTS.worse}: regression`;
  }
  const isRegression = change.isBeyondThreshold && change.counts;
  return `${JUDGEMENTS[change.judgement]}${isRegression ? ": regression" : ""}`;
}

/** Returns a value, or a status: "ok", "ok, 3 of 5 repetitions". */
function describeSide({ cell, change }: Row, when: "before" | "after"): string {
  if (change !== null) return describeValue(change, change[when]);
  const side = cell[when];
  if (side === null) return "missing";
  const isPartly = side.whole > 0 && side.whole < side.repetitions;
  return `${side.status}${isPartly ? `, ${side.whole} of ${plural(side.repetitions, "repetition")}` : ""}`;
}
