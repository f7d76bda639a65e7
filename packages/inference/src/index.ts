/** Statistics without input or output: medians and their intervals, the Universal Scalability Law. */

export { chooseFurther, isOpen } from "./further.ts";
export { seedGenerator } from "./generator.ts";
export {
  CONFIDENCE_PERCENT,
  type Interval,
  median,
  medianInterval,
  REPETITIONS_MIN,
  RESAMPLES,
  ratioInterval,
  shareInterval,
} from "./interval.ts";
export { type Effect, estimateEffects, estimateMeans, type Mean } from "./starts.ts";
export { fit } from "./usl/fit.ts";
export { intervalsOf, type LawIntervals } from "./usl/intervals.ts";
export { type Coefficients, peakOf, type RatePoint, rateAt, residualOf } from "./usl/law.ts";
export { type Bounds, EQUAL_WITHIN, estimateFurtherS, judgeEffect, UNBOUNDED } from "./verdict.ts";
