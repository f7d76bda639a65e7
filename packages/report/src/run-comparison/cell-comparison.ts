import type { CellComparison, CellResult } from "@c10k-lab/protocol";
import { type CellFigures, isUnbalanced, isWholeRun } from "../model/cell-figures.ts";
import { isWhole } from "../model/study.ts";
import { changeOf } from "./change.ts";
import { loadDifferences } from "./load-differences.ts";
import type { Rule } from "./rule.ts";

/** A cell that one run at least has. */
export type CellPair =
  | { readonly before: CellFigures; readonly after: CellFigures }
  | { readonly before: CellFigures; readonly after: null }
  | { readonly before: null; readonly after: CellFigures };

const NOTHING_CHOSEN = "it has none of the quantities chosen";

export function compareCell(pair: CellPair, rule: Rule): CellComparison {
  const { before, after } = pair;
  const { name, server, connections, clients } = before ?? after;
  const load = before && after ? loadDifferences(before, after) : [];
  const why = whyNot(pair, load);
  const changes = before && after && why === null ? changesOf(before, after, rule) : [];
  return {
    ...{ name, server, connections, clients },
    before: sideOf(before),
    after: sideOf(after),
    why: why ?? (changes.length > 0 ? null : NOTHING_CHOSEN),
    decline: load.length > 0 ? null : declineOf(pair),
    changes,
  };
}

function changesOf(before: CellFigures, after: CellFigures, rule: Rule): CellComparison["changes"] {
  // Of a load that the server did not take whole, only how much of it it took is known.
  const isMeant = (name: Rule["quantities"][number]) => (name === "held") === !isWhole(before);
  return [...new Set(rule.quantities)]
    .filter(isMeant)
    .flatMap((name) => changeOf(name, before, after, rule) ?? []);
}

function whyNot({ before, after }: CellPair, load: readonly string[]): string | null {
  if (before === null) return "it is not in the run before";
  if (after === null) return "it is not in the run after";
  if (load.length > 0) return `the load was another: ${load.join("; ")}`;
  const areAlike = rankOf(before) === rankOf(after) && rankOf(before) > 0;
  return areAlike ? null : `${statusOf(before)} before, ${statusOf(after)} after`;
}

/** That it ended worse than before, whatever its figures. */
function declineOf({ before, after }: CellPair): string | null {
  if (before === null || rankOf(before) === 0) return null;
  const was = `${before.name} ended as ${statusOf(before)} before`;
  if (after === null) return `${was} and is missing after.`;
  if (rankOf(after) < rankOf(before)) return `${was} and as ${statusOf(after)} after.`;
  const failed = after.results.filter(hasFailed).length;
  if (failed === 0 || before.results.some(hasFailed)) return null;
  return `${before.name}: ${failed} of ${after.results.length} runs failed after, none before.`;
}

/** 2: it took the load whole; 1: it refused a part of it, which is a result; 0: nothing follows from it. */
function rankOf(cell: CellFigures): number {
  if (isWhole(cell)) return 2;
  return cell.status === "limited" && !isUnbalanced(cell.cell) ? 1 : 0;
}

function hasFailed(run: CellResult): boolean {
  if (run.status === "interrupted" || run.status === "engine-lost") return false;
  return (run.status !== "ok" && run.status !== "limited") || isUnbalanced(run);
}

/** A cell whose books differ has failed, whatever it says. */
function statusOf(cell: CellFigures): CellResult["status"] {
  return rankOf(cell) === 0 && (cell.status === "ok" || cell.status === "limited") ? "failed" : cell.status;
}

function sideOf(cell: CellFigures | null): CellComparison["before"] {
  if (cell === null) return null;
  const whole = cell.results.filter(isWholeRun).length;
  return { status: statusOf(cell), runs: cell.results.length, whole };
}
