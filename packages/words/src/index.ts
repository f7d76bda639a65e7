/** Facts to English: numbers, units, sentences. */

export * from "./answers.ts";
export {
  type Claim,
  claimOf,
  describeClaim,
  describeNoClaim,
  isQueueing,
  joinClaims,
} from "./claims.ts";
export * from "./comparison.ts";
export * from "./comparison-verdict.ts";
export * from "./happenings/doubts.ts";
export * from "./happenings/holdings.ts";
export * from "./happenings/incidents.ts";
export * from "./happenings/queues.ts";
export * from "./happenings/sampled-calls.ts";
export * from "./happenings/signals.ts";
export * from "./happenings/troubles.ts";
export * from "./phrases/axis.ts";
export * from "./phrases/numbers.ts";
export * from "./phrases/quantities.ts";
export * from "./phrases/ranges.ts";
export * from "./phrases/shell.ts";
export * from "./phrases/table.ts";
export * from "./rate-claims.ts";
export * from "./search.ts";
export * from "./unmeasured.ts";
