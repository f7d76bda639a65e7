import type { CellComparison, Change, LabResults, RunComparison } from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import { everyCellOf, inTableOrder } from "../model/study.ts";
import { type CellPair, compareCell } from "./cell-comparison.ts";
import { changeSentence } from "./change-sentences.ts";
import { environmentDifferences } from "./environment-differences.ts";
import type { Rule } from "./rule.ts";
import { nothingSentence, summarySentence } from "./summary-sentence.ts";

/** One run of the lab. */
export interface ComparedRun extends Pick<LabResults, "manifest" | "cells"> {
  /** What it is called: its path as it was typed. */
  readonly folder: string;
}

/** Two runs side by side; what the second is worse in, and whether that is for certain. */
export function compareRuns(before: ComparedRun, after: ComparedRun, rule: Rule): RunComparison {
  const cells = cellsOf(pairsOf(before, after), rule);
  const beyond = cells.flatMap((cell) =>
    cell.changes
      .filter((change) => change.isBeyondThreshold)
      .map((change) => ({ change, sentence: changeSentence(cell, change) })),
  );
  const regressions = [
    ...cells.flatMap(({ decline }) => decline ?? []),
    ...beyond.filter(({ change }) => change.counts).map(({ sentence }) => sentence),
  ];
  const counted = cells.flatMap(({ changes }) => changes.filter((change) => change.counts));
  const verdict = verdictOf(regressions, counted);
  return {
    schema: "c10k-lab/comparison/1",
    before: identityOf(before),
    after: identityOf(after),
    thresholdPercent: rule.thresholdPercent,
    countsInconclusive: rule.countsInconclusive,
    environment: environmentDifferences(before, after),
    cells,
    regressions,
    notCounted: beyond.filter(({ change }) => !change.counts).map(({ sentence }) => sentence),
    verdict,
    summary:
      verdict === "nothing-compared"
        ? nothingSentence(cells)
        : summarySentence(cells, regressions.length, rule.thresholdPercent),
  };
}

/** Of two runs that have nothing in common nothing is missing. */
function cellsOf(pairs: readonly CellPair[], rule: Rule): CellComparison[] {
  const cells = pairs.map((pair) => compareCell(pair, rule));
  const haveCommon = pairs.some((pair) => pair.before !== null && pair.after !== null);
  return haveCommon ? cells : cells.map((cell) => ({ ...cell, decline: null }));
}

function verdictOf(regressions: readonly string[], counted: readonly Change[]): RunComparison["verdict"] {
  if (regressions.length > 0) return "regression";
  return counted.length === 0 ? "nothing-compared" : "no-regression";
}

/** By name: the groups in the order of the plan, each in the order of its table. */
function pairsOf(before: ComparedRun, after: ComparedRun): CellPair[] {
  const [was, is] = [byName(before), byName(after)];
  const pairs = [...was.values()].map(
    (cell): CellPair => ({ before: cell, after: is.get(cell.name) ?? null }),
  );
  const added = [...is.values()].filter(({ name }) => !was.has(name));
  const all = [...pairs, ...added.map((cell): CellPair => ({ before: null, after: cell }))];
  return [...Map.groupBy(all, (pair) => eitherOf(pair).cell.group).values()].flatMap((group) =>
    group.toSorted((a, b) => inTableOrder(eitherOf(a), eitherOf(b))),
  );
}

function eitherOf({ before, after }: CellPair): CellFigures {
  return before ?? after;
}

function byName({ cells }: ComparedRun): Map<string, CellFigures> {
  return new Map(everyCellOf(cells).map((cell) => [cell.name, cell]));
}

function identityOf({
  folder,
  manifest: { plan, startedAt, software },
}: ComparedRun): RunComparison["before"] {
  return { folder, plan, startedAt, commit: software.commit };
}
