import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import type { CellComparison, Change, RunComparison } from "@c10k-lab/protocol";
import { MISSING } from "@c10k-lab/words";
import { amountOf, intervalOf, percentOf } from "./change-sentences.ts";
import { COMPARED } from "./compared-quantities.ts";

const JUDGEMENTS: Readonly<Record<Change["judgement"], string>> = {
  better: "better",
  worse: "worse",
  "no-difference-shown": "none shown",
  "too-few-runs": "too few runs",
  "not-comparable": "not comparable",
};

const HEAD = [
  "cell",
  "quantity",
  "before",
  "after",
  "change %",
  `${CONFIDENCE_PERCENT}\u00a0% interval`,
  "difference",
];

/** A row a quantity of each cell; one of a cell whose quantities are not compared. */
export function comparisonTable({ cells }: RunComparison): { head: string[]; rows: string[][] } {
  const rows = cells.flatMap((cell) => [
    ...(cell.changes.length === 0 || cell.decline !== null ? [[...statusRow(cell), ""]] : []),
    ...cell.changes.map((change) => [...changeRow(cell, change), doubts(change)]),
  ]);
  // The column of doubts only where there are any.
  if (rows.every((row) => row.at(-1) === ""))
    return { head: HEAD, rows: rows.map((row) => row.slice(0, -1)) };
  return { head: [...HEAD, "inconclusive"], rows };
}

function changeRow({ name }: CellComparison, change: Change): string[] {
  return [
    name,
    COMPARED[change.quantity].label,
    amountOf(change, change.before),
    amountOf(change, change.after),
    percentOf(change.changePercent),
    intervalOf(change),
    JUDGEMENTS[change.judgement] + (change.isBeyondThreshold && change.counts ? ": regression" : ""),
  ];
}

/** On which side is said in sentences and in JSON. */
function doubts({ doubts: { before, after } }: Change): string {
  return [...new Set([...before, ...after])].join(", ");
}

function statusRow({ name, before, after, decline }: CellComparison): string[] {
  const difference = decline === null ? JUDGEMENTS["not-comparable"] : `${JUDGEMENTS.worse}: regression`;
  return [name, "status", sideText(before), sideText(after), MISSING, MISSING, difference];
}

/** "ok", or "ok, 3 of 5 runs". */
function sideText(side: CellComparison["before"]): string {
  if (side === null) return "missing";
  const isPartly = side.whole > 0 && side.whole < side.runs;
  return side.status + (isPartly ? `, ${side.whole} of ${side.runs} runs` : "");
}
