import { z } from "zod";
import { count } from "../count.ts";
import { SEARCH_ENDS, SEARCHED } from "../names.ts";
import { Percentile } from "../programs/client-summary.ts";
import { Bound, Doubt, Signal } from "./facts.ts";

/** The objective of a search. A server has room for more load as long as it meets all of it. */
export const Objective = z.object({
  /** Milliseconds on the intended clock. Failures count as infinite, and so do messages overdue by more than this. */
  p99Ms: z.number().positive(),
  /** Share of the offered messages that were answered, 0 to 1. */
  achievedMin: z.number().min(0).max(1),
  /** Connections that may end otherwise than ok. */
  failuresMax: count,
});
export type Objective = z.infer<typeof Objective>;

/** One trial of a value, a repetition or a slice of one: whether it met the objective, and the signals against it. */
export const Trial = z.object({
  /** Folder of the cell. */
  cell: z.string(),
  /** Block of its slice in that cell; null where the trial is the whole repetition. */
  block: count.nullable().default(null),
  met: z.boolean(),
  /** Signals of a failed trial, the cause before its consequences; empty when the objective was met. */
  signals: z.array(Signal),
  /** Milliseconds, or "infinite"; null where nothing was measured. */
  p99Ms: Percentile,
  /** Messages answered by messages offered; null where nothing was measured. */
  achieved: z.number().nonnegative().nullable(),
  /** Connections that ended otherwise than ok. */
  failures: count,
  /** Other work that took the processors while it failed; null when there was none, or it played no part. */
  disturbance: Doubt.nullable(),
  /** false: it failed while it was disturbed, and was made again instead. */
  counts: z.boolean(),
});
export type Trial = z.infer<typeof Trial>;

/** The search for one variant's limit in one direction. */
export const Search = z.object({
  /** The plan's; null where it has none. */
  group: z.string().nullable(),
  variant: z.string(),
  server: z.string(),
  searched: z.enum(SEARCHED),
  /** The fixed quantity: messages per second while connections were searched, connections while the rate was. */
  fixed: z.object({ connections: count.nullable(), rate: count.nullable() }),
  ended: z.enum(SEARCH_ENDS),
  /** The largest value at which most trials met the objective; null when none did. */
  met: count.nullable(),
  /** The smallest value above it at which most trials did not; null when every value up to the end of the search was met. */
  failed: count.nullable(),
  bound: Bound,
  /** The first signal at `failed`, from the trial in the middle; null when nothing failed. */
  first: Signal.nullable(),
  /** Every value that was tried, in the order of trying; the two at the boundary have several trials. */
  tries: z.array(z.object({ value: count, met: z.boolean(), trials: z.array(Trial) })),
});
export type Search = z.infer<typeof Search>;

/** Results of `lab capacity`. `capacity.json` */
export const Capacity = z.object({
  schema: z.literal("c10k-lab/capacity/2"),
  objective: Objective,
  searches: z.array(Search),
});
export type Capacity = z.infer<typeof Capacity>;
