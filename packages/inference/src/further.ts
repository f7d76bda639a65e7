import type { Effect } from "./starts.ts";
import { estimateFurtherS, judgeEffect, UNBOUNDED } from "./verdict.ts";

/** Ratio within which an interval is narrow enough: a wider one could not say that there is no difference (5 %). */
const PRECISION = 1.04;

/**
 * Factor by which an interval is taken wider while time is left: a comparison that ends as soon as its interval leaves out 1
 * ends by chance more often than the interval says.
 */
const GUARD = 1.1;

/** Comparisons that are measured together, and the time that was spent on them. */
export interface Spent {
  readonly effects: readonly Effect[];
  readonly spentS: number;
}

/** Returns whether a comparison is worth further time: a slightly wider interval would neither show a difference nor exclude it. */
export function isOpen({ effect, low, high }: Effect): boolean {
  const wider = { effect, low: effect * (low / effect) ** GUARD, high: effect * (high / effect) ** GUARD };
  return judgeEffect(wider, UNBOUNDED) === "not-shown";
}

/**
 * Chooses what gets the next start: where a comparison is open, the one that is the soonest to settle, so that most of them
 * do; later the widest interval.
 *
 * @returns undefined when all intervals are narrow enough
 */
export function chooseFurther<S extends Spent>(all: readonly S[]): S | undefined {
  return least(all, furtherS) ?? least(all, narrownessOf);
}

/** Returns the time that the first open comparison would take; Infinity when all are settled or nothing is known. */
function furtherS({ effects, spentS }: Spent): number {
  const times = effects.filter(isOpen).map((effect) => estimateFurtherS(effect, spentS));
  return Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
}

/** Returns the inverse of the widest interval, as a factor; Infinity when all are narrow enough. */
function narrownessOf({ effects }: Spent): number {
  const widest = Math.max(...effects.map(({ effect, high }) => high / effect));
  return widest > PRECISION ? 1 / widest : Number.POSITIVE_INFINITY;
}

/** Returns the one with the least value; undefined when there is none below Infinity. */
function least<S>(all: readonly S[], rank: (one: S) => number): S | undefined {
  const ranked = all.map((one) => ({ one, value: rank(one) }));
  return ranked.filter(({ value }) => value < Number.POSITIVE_INFINITY).sort((a, b) => a.value - b.value)[0]
    ?.one;
}
