/** A point of an experiment: its starts so far, and the starts that its group asks for. */
export interface StartCount {
  readonly starts: number;
  readonly repeats: number;
}

/**
 * Decides which point gets the next start: the one with the fewest, as long as one has fewer than its group asks for.
 * One start has no interval, so where the time runs short a point gets its second start before another gets its first.
 *
 * @param visitMs usual time of a start so far
 * @returns undefined when all have the starts that were asked for
 */
export function chooseNextStart<P extends StartCount>(
  points: readonly P[],
  leftMs: number,
  visitMs: number,
): P | undefined {
  const wanting = points.filter(({ starts, repeats }) => starts < repeats);
  const single = wanting.filter(({ starts }) => starts === 1);
  // A new point needs its own two starts beside the second ones of the others.
  const mayOpen = leftMs >= (single.length + 2) * visitMs;
  const begun = wanting.filter(({ starts, repeats }) => starts > 0 || repeats === 1);
  return (mayOpen ? wanting : begun).toSorted((a, b) => a.starts - b.starts)[0];
}
