import type { Effect } from "@c10k-lab/inference";
import type { Finding } from "@c10k-lab/protocol";

/** Effect of which nothing is known. */
export const NOTHING: Effect = { effect: Number.NaN, low: 0, high: Number.POSITIVE_INFINITY };

/** Returns an effect for JSON, which has no NaN and no infinity. */
export function writeEffect({ effect, low, high }: Effect): Pick<Finding, "effect" | "low" | "high"> {
  const isBounded = Number.isFinite(high);
  return {
    effect: Number.isNaN(effect) ? null : effect,
    low: isBounded ? low : null,
    high: isBounded ? high : null,
  };
}
