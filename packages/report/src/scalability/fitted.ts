import {
  type Coefficients,
  fit,
  intervalsOf,
  type LawIntervals,
  peakOf,
  type RatePoint,
  residualOf,
} from "@c10k-lab/inference";
import { integer, percent } from "@c10k-lab/words";
import { USL_POINTS_MIN, USL_RESIDUAL_MAX } from "../model/limits.ts";

/** The law as it fits some loads, with what speaks for and against it. */
export interface Fitted {
  readonly coefficients: Coefficients;
  /** Connections at which the fitted rate is highest, wherever that is; may be infinite. */
  readonly peak: number;
  /** null where a load has too few repetitions. */
  readonly intervals: LawIntervals | null;
  /** Connections measured. */
  readonly smallest: number;
  readonly largest: number;
  /** The load furthest from the curve. */
  readonly worst: { readonly connections: number; readonly residual: number };
}

/**
 * @param points connections and rates, medians of the repetitions
 * @param rates rates of the repetitions of each point
 * @returns null from fewer than USL_POINTS_MIN loads, and where the law cannot follow them
 */
export function fittedTo(points: readonly RatePoint[], rates: readonly (readonly number[])[]): Fitted | null {
  const loads = points.map(([connections]) => connections);
  if (new Set(loads).size < USL_POINTS_MIN) return null;
  const coefficients = fit(points);
  if (coefficients === null) return null;
  const residuals = points.map((point) => ({
    connections: point[0],
    residual: residualOf(coefficients, point),
  }));
  return {
    coefficients,
    peak: peakOf(coefficients),
    intervals: intervalsOf(coefficients, points, rates),
    smallest: Math.min(...loads),
    largest: Math.max(...loads),
    worst: residuals.reduce((a, b) => (Math.abs(b.residual) > Math.abs(a.residual) ? b : a)),
  };
}

/** "12 % at 500": how far off the curve, and where; with a word where that is too far. */
export function worstText(fitted: Fitted): string {
  const { residual, connections } = fitted.worst;
  const verdict = isPoor(fitted) ? " (poor fit)" : "";
  return `${percent(100 * Math.abs(residual))} at ${integer(connections)}${verdict}`;
}

export function isPoor({ worst }: Fitted): boolean {
  return Math.abs(worst.residual) > USL_RESIDUAL_MAX;
}
