import { integer } from "./numbers.ts";

/** Returns "408", or "408 to 1,229" where the values differ. */
export function rangeText(values: readonly number[], format: (value: number) => string = integer): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(format);
  return low === high ? `${low}` : `${low} to ${high}`;
}

/** Returns "once", "4 times", or "1 to 4 times". */
export function timesText(counts: readonly number[]): string {
  return counts.every((count) => count === 1) ? "once" : `${rangeText(counts)} times`;
}
