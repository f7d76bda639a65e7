import { type Change, type ComparedQuantity, INFINITE, type Percentile } from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import type { Quantity } from "../model/quantities.ts";
import { COMPARED, selectDoubts } from "./compared-quantities.ts";
import { type Difference, isReal, ratioOf } from "./difference.ts";

/** Quantities to compare, and the rule by which a change counts. */
export interface Rule {
  readonly quantities: readonly ComparedQuantity[];
  /** A quantity that has surely become worse by more than this is a regression. */
  readonly thresholdPercent: number;
  /** Figures that may not be the server's have a say. */
  readonly countsInconclusive: boolean;
}

/** Compares one quantity of a cell; null where neither experiment measured it. */
export function compareQuantity(
  name: ComparedQuantity,
  before: CellFigures,
  after: CellFigures,
  { thresholdPercent, countsInconclusive }: Rule,
): Change | null {
  const { quantity } = COMPARED[name];
  const [was, is] = [quantity.value(before), quantity.value(after)];
  if (was === null && is === null) return null;
  const obstacle = findObstacle(was, is);
  const ratio = obstacle === null ? ratioOf(after, before, quantity.value) : null;
  const doubts = { before: selectDoubts(name, before.doubts), after: selectDoubts(name, after.doubts) };
  const isDoubtful = doubts.before.length + doubts.after.length > 0;
  const losses = ratio && rangeLosses(ratio, quantity);
  const judgement = obstacle === null ? judge(ratio, quantity) : "not-comparable";
  return {
    quantity: name,
    unit: quantity.unit,
    better: quantity.better,
    before: exact(was),
    after: exact(is),
    changePercent:
      was === null || is === null || obstacle !== null ? null : inPercent(was === is ? 1 : is / was),
    intervalPercent: ratio && { low: inPercent(ratio.interval.low), high: inPercent(ratio.interval.high) },
    judgement,
    obstacle,
    doubts,
    counts: ratio !== null && (countsInconclusive || !isDoubtful),
    // Surely so: the end of the interval that is nearest to no change is still worse than the threshold.
    isBeyondThreshold: judgement === "worse" && losses !== null && losses.leastPercent > thresholdPercent,
    rulesOutRegression: losses !== null && losses.mostPercent <= thresholdPercent,
  };
}

function findObstacle(was: number | null, is: number | null): Change["obstacle"] {
  if (was === null) return "not-measured-before";
  if (is === null) return "not-measured-after";
  return was === 0 && is !== 0 ? "zero-before" : null;
}

function judge(ratio: Difference | null, { better }: Quantity): Change["judgement"] {
  if (ratio === null) return "too-few-repetitions";
  if (!isReal(ratio)) return "no-difference-shown";
  return ratio.ratio > 1 === (better === "high") ? "better" : "worse";
}

/** Returns both ends of the interval, in per cent for the worse; below 0 it is for the better. */
function rangeLosses({ interval: { low, high } }: Difference, { better }: Quantity) {
  return better === "high"
    ? { leastPercent: 100 * (1 - high), mostPercent: 100 * (1 - low) }
    : { leastPercent: 100 * (low - 1), mostPercent: 100 * (high - 1) };
}

function inPercent(ratio: number): Percentile {
  return exact(100 * (ratio - 1));
}

/** Converts a number for JSON, which has no Infinity. */
function exact(value: number | null): Percentile {
  return value === Number.POSITIVE_INFINITY ? INFINITE : value;
}
