import { type Effect, estimateEffects, median, medianInterval } from "@c10k-lab/inference";
import type { Level, RepetitionResult } from "@c10k-lab/protocol";
import { countedCells, isSliced, type MeasuredCell } from "./cells.ts";
import { type Comparison, quantitiesOf } from "./comparisons.ts";
import { NOTHING, writeEffect } from "./effects.ts";
import { isBounded, logLevels, SLICE_READERS } from "./slice-values.ts";
import { WHOLE_READERS, wholeValues } from "./whole-values.ts";

/** Returns the value of each quantity of a group in each cell. */
export function findLevels(group: readonly RepetitionResult[]): Level[] {
  const estimate = isSliced(group) ? estimateSlices : estimateWhole;
  return countedCells(group).flatMap((cell) =>
    quantitiesOf(group).flatMap((quantity): Level[] => {
      const { level, values } = estimate(cell, quantity);
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

function estimateSlices({ repetitions }: MeasuredCell, quantity: Comparison["quantity"]): Estimate {
  const starts = logLevels(repetitions, SLICE_READERS[quantity as keyof typeof SLICE_READERS]);
  const [level = NOTHING] = estimateEffects([starts]);
  return { level, values: starts.flat().length };
}

function estimateWhole({ repetitions }: MeasuredCell, quantity: Comparison["quantity"]): Estimate {
  const values = wholeValues(repetitions, WHOLE_READERS[quantity]);
  const interval = medianInterval(values) ?? NOTHING;
  const level = { effect: median(values) ?? Number.NaN, low: interval.low, high: interval.high };
  return { level, values: values.length };
}
