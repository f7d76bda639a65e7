import {
  type Bounds,
  CONFIDENCE_PERCENT,
  type Effect,
  estimateEffects,
  estimateFurtherS,
  judgeEffect,
  median,
  ratioInterval,
  UNBOUNDED,
} from "@c10k-lab/inference";
import type { Finding, RepetitionResult, Verdict } from "@c10k-lab/protocol";
import type { Comparison } from "./comparisons.ts";
import { canExplain } from "./doubt-weight.ts";
import { doubtsOf } from "./doubts.ts";
import { NOTHING, writeEffect } from "./effects.ts";
import { countReplaced, isBounded, isClientBusy, logRatios, SLICE_READERS } from "./slice-values.ts";
import { WHOLE_READERS, wholeValues } from "./whole-values.ts";

/** Smaller ratios of two medians of few repetitions are not claimed, however narrow the interval. */
const WHOLE_EFFECT_MIN = 1.05;

/** A comparison with its effect, and the number of values of both sides. */
interface Compared {
  readonly comparison: Comparison;
  readonly effect: Effect;
  readonly values: number;
}

/** Compares all pairs, in their order. */
export function compareAll(plan: string, comparisons: readonly Comparison[]): Finding[] {
  const sliced = compareSlices(comparisons.filter((one) => one.isSliced));
  const whole = comparisons.filter((one) => !one.isSliced).map(compareWhole);
  const found = new Map([...sliced, ...whole].map((one) => [one.comparison, one]));
  return comparisons.flatMap((comparison) => {
    const one = found.get(comparison);
    return one === undefined || Number.isNaN(one.effect.effect) ? [] : [describe(plan, one)];
  });
}

/**
 * Compares slices. Pairs of one quantity and variant share what is known of the variance between starts: threads, which the
 * kernel places anew at each start, vary more than a loop.
 */
function compareSlices(comparisons: readonly Comparison[]): Compared[] {
  const alike = Map.groupBy(
    comparisons,
    ({ question, quantity, cell }) => `${question} ${quantity} ${cell.variant}`,
  );
  return [...alike.values()].flatMap((same) => {
    const starts = same.map(({ quantity, cell, against }) => {
      const read = SLICE_READERS[quantity as keyof typeof SLICE_READERS];
      return logRatios(cell.repetitions, against.repetitions, read);
    });
    return estimateEffects(starts).map((effect, index) => ({
      comparison: same[index] as Comparison,
      effect,
      values: 2 * (starts[index]?.flat().length ?? 0),
    }));
  });
}

/** Compares the medians of all repetitions. */
function compareWhole(comparison: Comparison): Compared {
  const read = WHOLE_READERS[comparison.quantity];
  const [over, under] = [comparison.cell, comparison.against].map(({ repetitions }) =>
    wholeValues(repetitions, read),
  ) as [number[], number[]];
  const [a, b] = [median(over), median(under)];
  if (a === null || b === null) return { comparison, effect: NOTHING, values: 0 };
  const interval = ratioInterval(over, under) ?? NOTHING;
  const { low, high } = interval;
  return { comparison, effect: { effect: a / b, low, high }, values: over.length + under.length };
}

function describe(plan: string, { comparison, effect, values }: Compared): Finding {
  const { question, quantity, cell, against } = comparison;
  const bounds = comparison.isSliced ? boundsOf(comparison) : UNBOUNDED;
  const both = [...cell.repetitions, ...against.repetitions];
  const verdict = judge(comparison, effect, bounds);
  const isOpen = verdict === "not-shown" && !(bounds.isOverBounded && bounds.isUnderBounded);
  return {
    plan,
    group: cell.group,
    question,
    quantity,
    axis: both[0]?.axis ?? "connections",
    at: cell.axisValue,
    variant: cell.variant,
    against: { variant: against.variant, axisValue: against.axisValue, group: against.group },
    ...writeEffect(effect),
    level: CONFIDENCE_PERCENT,
    verdict,
    cause: null,
    doubts: doubtsOf(comparison).filter((doubt) => canExplain(doubt, quantity, effect)),
    slices: values,
    replaced: countReplaced(both),
    wouldTake: isOpen && comparison.isSliced ? estimateFurtherS(effect, spentS(both)) : null,
  };
}

function judge(comparison: Comparison, effect: Effect, bounds: Bounds): Verdict {
  const verdict = judgeEffect(effect, bounds);
  const size = Math.max(effect.effect, 1 / effect.effect);
  const isTooSmall = !comparison.isSliced && size < WHOLE_EFFECT_MIN;
  return verdict === "shown" && isTooSmall ? "not-shown" : verdict;
}

/** A rate that the client limits is a lower bound. A response time that it lengthens is an upper one: the sides change places. */
function boundsOf({ quantity, cell, against }: Comparison): Bounds {
  const [over, under] = [cell.repetitions, against.repetitions];
  switch (quantity) {
    case "rate":
      return { isOverBounded: isBounded(over), isUnderBounded: isBounded(under) };
    case "p99":
      return { isOverBounded: isClientBusy(under), isUnderBounded: isClientBusy(over) };
    default:
      return UNBOUNDED;
  }
}

/** Returns the time that the slices of repetitions took, seconds. */
function spentS(repetitions: readonly RepetitionResult[]): number {
  return (
    repetitions.reduce(
      (sum, { slices }) => sum + slices.reduce((ms, { durationMs }) => ms + durationMs, 0),
      0,
    ) / 1000
  );
}
