import type { Coefficients, RatePoint } from "./law.ts";
import { solve } from "./solve.ts";

/**
 * Fits the coefficients: smallest sum of squared relative residuals, X / X(N) - 1, with 0 ≤ α ≤ 1, β ≥ 0, γ > 0. Returns
 * null without points, and when the rate falls so steeply that γ would be infinite.
 *
 * The residuals are relative because rates span magnitudes and scatter in proportion to them: with absolute residuals the
 * large rates would decide alone. Relative residuals also make the problem linear: N / X(N) = p + qN + rN(N - 1) with
 * γ = 1 / (p + q), α = q / (p + q), β = r / (p + q), and the conditions on α, β, γ hold exactly when p, q, r ≥ 0.
 * Non-negative least squares has one minimum, which is computed directly, without start values or iterations.
 */
export function fit(points: readonly RatePoint[]): Coefficients | null {
  const rows = points.map(([workers, rate]): Vector => [rate / workers, rate, rate * (workers - 1)]);
  const [p, q, r] = nonNegative(rows);
  const one = p + q;
  return one > r * ROUNDING ? { gamma: 1 / one, alpha: q / one, beta: r / one } : null;
}

/** Smallest p + q relative to r: below it p + q is rounding error. */
const ROUNDING = 1e-9;

/** A row of the matrix, or the solution vector. */
type Vector = readonly [number, number, number];

const COLUMNS = [0, 1, 2] as const;
type Column = (typeof COLUMNS)[number];

const SUPPORTS: readonly (readonly Column[])[] = [COLUMNS, [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/**
 * Solves rows · x = 1 with x ≥ 0 by least squares. The solution equals that of ordinary least squares on the columns where
 * it is not 0; all seven choices of three columns are tried.
 */
function nonNegative(rows: readonly Vector[]): Vector {
  const lengths = COLUMNS.map((a) => Math.sqrt(dot(rows, a, a)) || 1);
  const length = (column: Column) => lengths[column] ?? 1;
  const products = COLUMNS.map((a) => COLUMNS.map((b) => dot(rows, a, b) / length(a) / length(b)));
  const sums = COLUMNS.map((a) => rows.reduce((sum, row) => sum + row[a], 0) / length(a));
  let best: Candidate = { x: [0, 0, 0], gain: 0 };
  for (const support of SUPPORTS) {
    const candidate = ordinary(products, sums, support);
    if (!candidate?.x.every((value) => value >= 0) || candidate.gain <= best.gain) continue;
    best = candidate;
    // If the solution on all columns is valid, no smaller choice is better.
    if (support === COLUMNS) break;
  }
  return [best.x[0] / length(0), best.x[1] / length(1), best.x[2] / length(2)];
}

function dot(rows: readonly Vector[], a: Column, b: Column): number {
  return rows.reduce((sum, row) => sum + row[a] * row[b], 0);
}

interface Candidate {
  readonly x: Vector;
  /** Reduction of the sum of squares. */
  readonly gain: number;
}

/** Solves the normal equations of the chosen columns; null when the columns are linearly dependent. */
function ordinary(
  products: readonly (readonly number[])[],
  sums: readonly number[],
  support: readonly Column[],
): Candidate | null {
  const right = support.map((a) => sums[a] ?? 0);
  const solved = solve(
    support.map((a) => support.map((b) => products[a]?.[b] ?? 0)),
    right,
  );
  if (solved === null) return null;
  const at = (column: Column) => solved[support.indexOf(column)] ?? 0;
  const gain = solved.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  return { x: [at(0), at(1), at(2)], gain };
}
