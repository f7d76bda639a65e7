import { type Effect, estimateEffects, median, medianInterval } from "@c10k-lab/inference";
import type { Level, RepetitionResult } from "@c10k-lab/protocol";
import { countedCells, isSliced, type MeasuredCell } from "./cells.ts";
import { type Comparison, quantitiesOf } from "./comparisons.ts";
import { NOTHING, writeEffect } from "./effects.ts";
import { isBounded, logLevels, SLICE_READERS } from "./slice-values.ts";
import { WHOLE_READERS, wholeValues } from "./whole-values.ts";

/** Returns the value of each quantity of a group in each cell. */
export function findLevels(group: readonly RepetitionResult[]): Level[] {
  const cells = countedCells(group);
  const estimate = isSliced(group) ? estimateSlices : estimateWhole;
  const quantities = quantitiesOf(group).map((quantity) => ({
    quantity,
    estimates: estimate(cells, quantity),
  }));
  return cells.flatMap((cell, index) =>
    quantities.flatMap(({ quantity, estimates }): Level[] => {
      const { level, values } = estimates[index] as Estimate;
      const { effect: value, low, high } = writeEffect(level);
      if (value === null) return [];
      return [
        {
          group: cell.group,
          axis: group[0]?.axis ?? "connections",
          variant: cell.variant,
          axisValue: cell.axisValue,
          quantity,
          value,
          low,
          high,
          isLowerBound: quantity === "rate" && isSliced(group) && isBounded(cell.repetitions),
          slices: values,
        },
      ];
    }),
  );
}

/** A level with its interval, and the number of values it rests on. */
interface Estimate {
  readonly level: Effect;
  readonly values: number;
}

/** The cells of a group share what is known of the variance between starts. */
function estimateSlices(cells: readonly MeasuredCell[], quantity: Comparison["quantity"]): Estimate[] {
  const read = SLICE_READERS[quantity as keyof typeof SLICE_READERS];
  const starts = cells.map(({ repetitions }) => logLevels(repetitions, read));
  return estimateEffects(starts).map((level, index) => ({
    level,
    values: starts[index]?.flat().length ?? 0,
  }));
}

function estimateWhole(cells: readonly MeasuredCell[], quantity: Comparison["quantity"]): Estimate[] {
  return cells.map(({ repetitions }) => {
    const values = wholeValues(repetitions, WHOLE_READERS[quantity]);
    const interval = medianInterval(values) ?? NOTHING;
    const level = { effect: median(values) ?? Number.NaN, low: interval.low, high: interval.high };
    return { level, values: values.length };
  });
}
