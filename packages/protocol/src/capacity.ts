import { z } from "zod";
import { Percentile } from "./client-summary.ts";
import { CAPACITY_SIGNALS, SEARCH_ENDS, SEARCHED, SERVERS } from "./names.ts";

const count = z.number().int().nonnegative();

/** What a server promises: it has room for more as long as all of this holds. */
export const Objective = z.object({
  /** Milliseconds. Of the intended clock, failures included as infinite, and what was due longer than this and never sent. */
  p99Ms: z.number().positive(),
  /** Share of the offered messages that were answered, 0 to 1. */
  achievedMin: z.number().min(0).max(1),
  /** Connections that may end otherwise than ok. */
  failuresMax: count,
});
export type Objective = z.infer<typeof Objective>;

/** One run at one value: whether the objective was met, and what was against it. */
export const Trial = z.object({
  /** Folder of the cell. */
  cell: z.string(),
  met: z.boolean(),
  /** What failed, the cause before its consequences; empty when it was met. */
  signals: z.array(z.object({ signal: z.enum(CAPACITY_SIGNALS), sentence: z.string() })),
  /** As the objective means it: milliseconds, or "infinite"; null where nothing was measured. */
  p99Ms: Percentile,
  /** Messages answered by messages offered; null where nothing was measured. */
  achieved: z.number().nonnegative().nullable(),
  /** Connections that ended otherwise than ok. */
  failures: count,
  /** What else took the processors while it failed, in a sentence; null when nothing did, or had no part in it. */
  disturbed: z.string().nullable(),
  /** false: it failed while it was disturbed, and was run again instead. */
  counts: z.boolean(),
});
export type Trial = z.infer<typeof Trial>;

/** The search for one variant's limit in one direction. */
export const Search = z.object({
  /** The plan's; null where it has none. */
  group: z.string().nullable(),
  variant: z.string(),
  server: z.enum(SERVERS),
  searched: z.enum(SEARCHED),
  /** What was held fast: messages per second while connections were searched, connections while the rate was. */
  fixed: z.object({ connections: count.nullable(), rate: count.nullable() }),
  ended: z.enum(SEARCH_ENDS),
  /** The largest value at which most runs met the objective; null when none did. */
  met: count.nullable(),
  /** The smallest value above it at which most runs did not; null when every value up to the end of the search was met. */
  failed: count.nullable(),
  /** The end of the search, and why it is there. */
  bound: z.object({ value: count, sentence: z.string() }),
  /** The first signal at `failed`, from the run in the middle; null when nothing failed. */
  first: z.object({ signal: z.enum(CAPACITY_SIGNALS), sentence: z.string() }).nullable(),
  /** Every value that was tried, in the order of trying; the two at the boundary have several runs. */
  tries: z.array(z.object({ value: count, met: z.boolean(), trials: z.array(Trial) })),
});
export type Search = z.infer<typeof Search>;

/** What `lab capacity` found. `capacity.json` */
export const Capacity = z.object({
  schema: z.literal("c10k-lab/capacity/1"),
  objective: Objective,
  searches: z.array(Search),
});
export type Capacity = z.infer<typeof Capacity>;
