import { CONFIDENCE_PERCENT, REPETITIONS_MIN } from "@c10k-lab/inference";
import type {
  CellComparison,
  ComparisonSummary,
  ExperimentComparison,
  Judgement,
  LabResults,
  Regression,
} from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import { serverNames, summarizeCells, tableOrder } from "../model/group.ts";
import { type CellPair, compareCell } from "./cell-comparison.ts";
import type { Rule } from "./change.ts";
import { RATIO_MIN } from "./difference.ts";
import { findDrift } from "./drift.ts";
import { listEnvironmentDifferences } from "./environment-differences.ts";

/** One experiment of a comparison. */
export interface ComparedExperiment extends Pick<LabResults, "manifest" | "repetitions"> {
  /** Path of its folder, as it was typed. */
  readonly folder: string;
}

/** Compares two experiments: in what the second is worse, and whether that is for certain. */
export function compareExperiments(
  before: ComparedExperiment,
  after: ComparedExperiment,
  rule: Rule,
): ExperimentComparison {
  const wasInterrupted = after.manifest.outcome === "interrupted";
  const cells = compareCells(pairCells(before, after), rule, wasInterrupted);
  const listBeyond = (counted: boolean): Regression[] =>
    cells.flatMap(({ name, changes }) =>
      changes
        .filter(({ isBeyondThreshold, counts }) => isBeyondThreshold && counts === counted)
        .map(({ quantity }) => ({ cell: name, quantity })),
    );
  const declined = cells.filter(({ decline }) => decline !== null);
  const regressions = [
    ...declined.map(({ name }): Regression => ({ cell: name, quantity: null })),
    ...listBeyond(true),
  ];
  const summary = summarize(cells);
  return {
    schema: "c10k-lab/comparison/2",
    before: identify(before),
    after: identify(after),
    thresholdPercent: rule.thresholdPercent,
    countsInconclusive: rule.countsInconclusive,
    confidencePercent: CONFIDENCE_PERCENT,
    repetitionsMin: REPETITIONS_MIN,
    ratioMin: RATIO_MIN,
    drift: findDrift(before.manifest, after.manifest, cells),
    environment: listEnvironmentDifferences(before, after),
    cells,
    regressions,
    notCounted: listBeyond(false),
    verdict:
      regressions.length > 0 ? "regression" : summary.counted > 0 ? "no-regression" : "nothing-compared",
    summary,
  };
}

/**
 * Experiments without a cell in common were not meant to have the same cells, and of one that was interrupted nothing is known
 * of the rest: no cell is missing there.
 */
function compareCells(pairs: readonly CellPair[], rule: Rule, wasInterrupted: boolean): CellComparison[] {
  const haveCommon = pairs.some((pair) => pair.before !== null && pair.after !== null);
  const isMissing = haveCommon && !wasInterrupted;
  return pairs.map((pair) => {
    const cell = compareCell(pair, rule);
    return isMissing || cell.decline?.decline !== "missing" ? cell : { ...cell, decline: null };
  });
}

function summarize(cells: readonly CellComparison[]): ComparisonSummary {
  const changes = cells.flatMap((cell) => cell.changes);
  const counted = changes.filter(({ counts }) => counts);
  const left = changes.filter(({ counts }) => !counts);
  const countChanges = (of: typeof changes, judgement: Judgement) =>
    of.filter((change) => change.judgement === judgement).length;
  const beyondThreshold = counted.filter(({ isBeyondThreshold }) => isBeyondThreshold).length;
  return {
    counted: counted.length,
    beyondThreshold,
    worse: countChanges(counted, "worse") - beyondThreshold,
    better: countChanges(counted, "better"),
    noDifferenceShown: countChanges(counted, "no-difference-shown"),
    tooWide: counted.filter((change) => !change.isBeyondThreshold && !change.rulesOutRegression).length,
    inconclusive: left.filter(({ intervalPercent }) => intervalPercent !== null).length,
    tooFewRepetitions: countChanges(left, "too-few-repetitions"),
    notComparable: countChanges(left, "not-comparable"),
    cellsNotComparable: cells.filter(({ obstacle }) => obstacle !== null).length,
  };
}

/** Pairs cells by name: groups in the order of the plan, each in the order of its table. */
function pairCells(before: ComparedExperiment, after: ComparedExperiment): CellPair[] {
  const [was, is] = [cellsByName(before), cellsByName(after)];
  const pairs = [...was.values()].map(
    (cell): CellPair => ({ before: cell, after: is.get(cell.name) ?? null }),
  );
  const added = [...is.values()].filter(({ name }) => !was.has(name));
  const all = [...pairs, ...added.map((cell): CellPair => ({ before: null, after: cell }))];
  const inTableOrder = tableOrder(serverNames([before, after]));
  return [...Map.groupBy(all, (pair) => pickSide(pair).middle.group).values()].flatMap((group) =>
    group.toSorted((a, b) => inTableOrder(pickSide(a), pickSide(b))),
  );
}

function pickSide({ before, after }: CellPair): CellFigures {
  return before ?? after;
}

function cellsByName({ repetitions }: ComparedExperiment): Map<string, CellFigures> {
  return new Map(summarizeCells(repetitions).map((cell) => [cell.name, cell]));
}

function identify({ folder, manifest }: ComparedExperiment): ExperimentComparison["before"] {
  const { plan, startedAt, software } = manifest;
  return { folder, plan, startedAt, commit: software.commit };
}
