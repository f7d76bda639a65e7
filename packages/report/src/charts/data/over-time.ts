import type { Point } from "../draw/chart.ts";

/** Total that had added up by a moment. */
export interface Look {
  readonly atMs: number;
  readonly total: number;
}

/** No curve has more points than this, or less. */
const POINTS_MAX = 200;
const POINTS_MIN = 5;

const STEPS = [1, 2, 5];

/**
 * The growth of a total per second, over seconds from the first look on. Between two looks it is taken to grow evenly,
 * so that curves whose looks fell at different times have the same places.
 *
 * @param stepMs of the curve, from `stepOf`
 * @returns nothing when there are too few looks to call it a course
 */
export function computeGrowth(looks: readonly Look[], stepMs: number): Point[] {
  const [first] = looks;
  const durationMs = measureDuration(looks);
  if (first === undefined || durationMs < POINTS_MIN * stepMs) return [];
  return Array.from({ length: Math.floor(durationMs / stepMs + 1e-9) }, (_, index): Point => {
    const fromMs = first.atMs + index * stepMs;
    const grown = totalAt(looks, fromMs + stepMs) - totalAt(looks, fromMs);
    return [
      Number((((index + 1) * stepMs) / 1000).toPrecision(6)),
      Number(((1000 * grown) / stepMs).toPrecision(4)),
    ];
  });
}

/** The shortest of 1, 2, 5, 10, … times `finestMs` with which the longest course has not too many points. */
export function chooseStep(courses: readonly (readonly Look[])[], finestMs: number): number {
  const longestMs = Math.max(0, ...courses.map(measureDuration));
  for (let decade = 1; ; decade *= 10) {
    const step = STEPS.map((one) => one * decade * finestMs).find((ms) => longestMs <= POINTS_MAX * ms);
    if (step !== undefined) return step;
  }
}

function measureDuration(looks: readonly Look[]): number {
  return (looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0);
}

/** Returns the total at a moment; outside the looks that of the nearest. */
export function totalAt(looks: readonly Look[], atMs: number): number {
  const after = looks.findIndex((look) => look.atMs >= atMs);
  const [before, next] = [looks[after - 1], looks[after]];
  if (next === undefined) return looks.at(-1)?.total ?? 0;
  if (before === undefined) return next.total;
  const part = (atMs - before.atMs) / (next.atMs - before.atMs);
  return before.total + part * (next.total - before.total);
}
