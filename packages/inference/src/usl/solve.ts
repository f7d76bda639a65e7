/** Smallest pivot of a matrix with ones on its diagonal: a smaller one is rounding error of dependent columns. */
const PIVOT_MIN = 1e-12;

/** Solves matrix · x = right by elimination; null unless the matrix is symmetric and positive definite. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const [first, ...rest] = matrix.map((row, index) => [...row, right[index] ?? 0]);
  if (first === undefined) return [];
  const [pivot = 0, ...tail] = first;
  if (pivot < PIVOT_MIN) return null;
  // Without the first unknown: one equation and one unknown fewer.
  const reduced = rest.map(([factor = 0, ...row]) =>
    row.map((value, index) => value - (factor / pivot) * (tail[index] ?? 0)),
  );
  const others = solve(
    reduced.map((row) => row.slice(0, -1)),
    reduced.map((row) => row.at(-1) ?? 0),
  );
  if (others === null) return null;
  const known = others.reduce((sum, value, index) => sum + value * (tail[index] ?? 0), 0);
  return [((tail.at(-1) ?? 0) - known) / pivot, ...others];
}
