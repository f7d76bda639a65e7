import type { Effect } from "./starts.ts";

/** Answer that an interval allows. */
export type EffectVerdict = "shown" | "at-least" | "at-most" | "no-difference" | "not-shown";

/** An effect within this factor of 1 is no difference. */
export const EQUAL_WITHIN = 1.05;

/** Sides of a ratio whose true value is larger than the measured one, because the client was the limit. */
export interface Bounds {
  readonly isOverBounded: boolean;
  readonly isUnderBounded: boolean;
}

export const UNBOUNDED: Bounds = { isOverBounded: false, isUnderBounded: false };

/** Returns what an effect shows. Rates that the client limited are lower bounds: a ratio then has one end only. */
export function judgeEffect({ low, high }: Effect, { isOverBounded, isUnderBounded }: Bounds): EffectVerdict {
  if (isOverBounded && isUnderBounded) return "not-shown";
  if (isOverBounded) return low > 1 ? "at-least" : "not-shown";
  if (isUnderBounded) return high < 1 ? "at-most" : "not-shown";
  if (low >= 1 / EQUAL_WITHIN && high <= EQUAL_WITHIN) return "no-difference";
  return low > 1 || high < 1 ? "shown" : "not-shown";
}

/**
 * Estimates the further time that would settle an effect: until its interval leaves out 1, or lies within 5 % of it. The
 * width falls with the root of the time.
 *
 * @param spentS time spent on the comparison so far
 * @returns seconds; null when the present interval has no width to go by
 */
export function estimateFurtherS({ effect, high }: Effect, spentS: number): number | null {
  const halfWidth = Math.log(high / effect);
  const distance = Math.abs(Math.log(effect));
  const needed = Math.max(distance, Math.log(EQUAL_WITHIN) - distance);
  if (!Number.isFinite(halfWidth) || needed <= 0) return null;
  return Math.max(0, spentS * ((halfWidth / needed) ** 2 - 1));
}
