import type { Point } from "./chart.ts";

/** Thins dots out, each label by itself, so that a rare one is not crowded out by those beside it. Returns at most about `max`. */
export function thinnedByLabel(points: readonly Point[], max: number): readonly Point[] {
  if (points.length <= max) return points;
  const share = max / points.length;
  return [...Map.groupBy(points, (point) => point[2]).values()]
    .flatMap((alike) => thinned(alike, Math.max(2, Math.floor(share * alike.length))))
    .toSorted((a, b) => a[0] - b[0]);
}

/**
 * Returns at most `max` points: of each stretch of neighbours the lowest and the highest. Every n-th point would lose just
 * the connections that a reader looks for.
 */
export function thinned(points: readonly Point[], max: number): readonly Point[] {
  if (points.length <= max) return points;
  const stretch = Math.ceil(points.length / Math.floor(max / 2));
  const kept: Point[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const neighbours = points.slice(from, from + stretch);
    const low = neighbours.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = neighbours.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : [low, high].toSorted((a, b) => a[0] - b[0])));
  }
  return kept;
}
