import type { Coefficients, RatePoint } from "./law.ts";
import { solve } from "./solve.ts";

/**
 * The coefficients with the smallest sum of squared relative residuals, X / X(N) - 1, of all that are allowed: 0 ≤ α ≤ 1,
 * β ≥ 0, γ > 0. null where the rate falls so steeply that γ would be infinite, and without points.
 *
 * Relative, because rates span magnitudes and runs scatter in proportion to them: plain differences would let the large
 * rates decide and miss the small ones. It also makes the problem linear: N / X(N) = p + qN + rN(N - 1) with
 * γ = 1 / (p + q), α = q / (p + q), β = r / (p + q), and α, β, γ are allowed exactly where none of p, q, r is negative.
 * Least squares with that condition has one minimum, which is computed: no start values, nothing that may not converge.
 */
export function fit(points: readonly RatePoint[]): Coefficients | null {
  const rows = points.map(([workers, rate]): Vector => [rate / workers, rate, rate * (workers - 1)]);
  const [p, q, r] = nonNegative(rows);
  const one = p + q;
  return one > r * ROUNDING ? { gamma: 1 / one, alpha: q / one, beta: r / one } : null;
}

/** Beside r so small a p + q is nothing but rounding. */
const ROUNDING = 1e-9;

/** A row of the matrix, or what it is multiplied by. */
type Vector = readonly [number, number, number];

const COLUMNS = [0, 1, 2] as const;
type Column = (typeof COLUMNS)[number];

const SUPPORTS: readonly (readonly Column[])[] = [COLUMNS, [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/**
 * Least squares of rows · x = 1 with x ≥ 0. The solution is that of ordinary least squares on those columns in which it
 * is not 0; of three columns there are seven choices, and all are tried.
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
    // With all columns allowed no choice of fewer can be better.
    if (support === COLUMNS) break;
  }
  return [best.x[0] / length(0), best.x[1] / length(1), best.x[2] / length(2)];
}

function dot(rows: readonly Vector[], a: Column, b: Column): number {
  return rows.reduce((sum, row) => sum + row[a] * row[b], 0);
}

interface Candidate {
  readonly x: Vector;
  /** What it takes off the sum of squares. */
  readonly gain: number;
}

/** By the normal equations of the chosen columns; null where they are too much alike. */
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
