import type { CellComparison, CellObstacle, Decline, RepetitionResult } from "@c10k-lab/protocol";
import { type CellFigures, isUnbalanced, isWholeRepetition } from "../model/cell-figures.ts";
import { isWhole } from "../model/group.ts";
import { compareQuantity, type Rule } from "./change.ts";
import { listLoadDifferences } from "./load-differences.ts";

/** A cell of both experiments, or of one of them. */
export type CellPair =
  | { readonly before: CellFigures; readonly after: CellFigures }
  | { readonly before: CellFigures; readonly after: null }
  | { readonly before: null; readonly after: CellFigures };

export function compareCell(pair: CellPair, rule: Rule): CellComparison {
  const { before, after } = pair;
  const cell = before ?? after;
  const { name, server, variant, axis, axisValue, connections, clients } = cell;
  const found = findObstacle(pair);
  const changes = before && after && found === null ? compareQuantities(before, after, rule) : [];
  return {
    name,
    server,
    variant,
    group: cell.middle.group,
    axis,
    axisValue,
    connections,
    clients,
    before: before && summarizeSide(before),
    after: after && summarizeSide(after),
    obstacle: found ?? (changes.length > 0 ? null : { obstacle: "no-quantity" }),
    decline: found?.obstacle === "other-load" ? null : findDecline(pair),
    changes,
  };
}

function compareQuantities(before: CellFigures, after: CellFigures, rule: Rule): CellComparison["changes"] {
  // A limited cell refused a part of its load: only the part it held is known.
  const isMeant = (name: Rule["quantities"][number]) => (name === "held") === !isWhole(before);
  return [...new Set(rule.quantities)]
    .filter(isMeant)
    .flatMap((name) => compareQuantity(name, before, after, rule) ?? []);
}

function findObstacle({ before, after }: CellPair): CellObstacle | null {
  if (before === null) return { obstacle: "missing", side: "before" };
  if (after === null) return { obstacle: "missing", side: "after" };
  const differences = listLoadDifferences(before, after);
  if (differences.length > 0) return { obstacle: "other-load", differences };
  const areAlike = rankCell(before) === rankCell(after) && rankCell(before) > 0;
  return areAlike ? null : { obstacle: "status" };
}

function findDecline({ before, after }: CellPair): Decline | null {
  if (before === null || rankCell(before) === 0) return null;
  if (after === null) return { decline: "missing" };
  if (isCutShort(after)) return null;
  if (rankCell(after) < rankCell(before)) return { decline: "status" };
  const failed = after.repetitions.filter(hasFailed).length;
  return failed === 0 || before.repetitions.some(hasFailed) ? null : { decline: "repetitions", failed };
}

/** 2: whole; 1: it refused a part of its load, which is a result; 0: nothing follows from it. */
function rankCell(cell: CellFigures): number {
  if (isWhole(cell)) return 2;
  return cell.status === "limited" && !isUnbalanced(cell.middle) ? 1 : 0;
}

/** Nothing is known of the rest: somebody stopped the run, or its engine went away. */
function isCutShort({ status }: Pick<RepetitionResult, "status">): boolean {
  return status === "interrupted" || status === "engine-lost";
}

function hasFailed(repetition: RepetitionResult): boolean {
  const { status } = repetition;
  if (isCutShort(repetition)) return false;
  return (status !== "ok" && status !== "limited") || isUnbalanced(repetition);
}

/** Summarizes one side of a cell. A cell whose ledgers differ has failed, whatever its status. */
function summarizeSide(cell: CellFigures): NonNullable<CellComparison["before"]> {
  const isBroken = rankCell(cell) === 0 && (cell.status === "ok" || cell.status === "limited");
  return {
    status: isBroken ? "failed" : cell.status,
    repetitions: cell.repetitions.length,
    whole: cell.repetitions.filter(isWholeRepetition).length,
  };
}
