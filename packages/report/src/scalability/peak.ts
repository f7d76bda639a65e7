import type { Interval } from "@c10k-lab/inference";
import { type Fitted, isPoor } from "./fitted.ts";

/** Load at which the fitted rate is highest, or the reason why none is named. */
export type Peak =
  | { readonly claim: "peak"; readonly connections: number; readonly interval: Interval }
  /** The curve misses a point by too much. */
  | { readonly claim: "poor-fit" }
  /** There are no intervals. */
  | { readonly claim: "no-interval" }
  /** β may be 0: then the rate levels off and never falls. */
  | { readonly claim: "beta-may-be-0"; readonly beta: Interval }
  /** The peak, or only a part of its interval, is at loads that were not measured. */
  | { readonly claim: "outside"; readonly interval: Interval; readonly onlyInterval: boolean };

/** A formula always has a maximum somewhere; only one that the data enclose is worth a word. */
export function peakIn(fitted: Fitted): Peak {
  if (isPoor(fitted)) return { claim: "poor-fit" };
  const { intervals, peak, smallest, largest } = fitted;
  if (intervals === null) return { claim: "no-interval" };
  if (intervals.beta.low <= 0) return { claim: "beta-may-be-0", beta: intervals.beta };
  const interval = intervals.peak;
  const isMeasured = (connections: number) => connections >= smallest && connections <= largest;
  if ([peak, interval.low, interval.high].every(isMeasured))
    return { claim: "peak", connections: peak, interval };
  return { claim: "outside", interval, onlyInterval: isMeasured(peak) };
}
