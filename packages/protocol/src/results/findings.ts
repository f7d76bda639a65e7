import { z } from "zod";
import { count } from "../count.ts";
import { AXES, CLOSE_REASONS, REFUSALS_AT_ACCEPT } from "../names.ts";
import { Doubt } from "./facts.ts";

/** Quantities that findings compare. */
const QUANTITIES = [
  /** CPU time of the server per message, µs: the service demand. Smaller is better. */
  "cost",
  /** Messages echoed per second. */
  "rate",
  /** Connections that a server held at one time. */
  "held",
  /** p99 response time, ms; in an open loop from the moment a message was due. Smaller is better. */
  "p99",
  /** p99 time to the first response on a connection, ms. Smaller is better. */
  "first-response-p99",
  /** Time from the first connect(2) to the last close(2), ms. Smaller is better. */
  "wall-time",
  /** Connections per second that were opened, served and closed. */
  "connection-rate",
] as const;
export type FindingQuantity = (typeof QUANTITIES)[number];

/** Answers that the data allow. */
const VERDICTS = [
  /** The interval excludes 1. */
  "shown",
  /** The effect is at least this large: the rate of the variant was bounded by the client. */
  "at-least",
  /** The effect is at most this large. */
  "at-most",
  /** The whole interval lies within 5 % of 1. */
  "no-difference",
  /** The interval includes 1 and is too wide to exclude a difference. */
  "not-shown",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Signs that a server carries no more, causes before consequences. */
const BREAKS = [
  ...CLOSE_REASONS,
  ...REFUSALS_AT_ACCEPT,
  "out-of-memory",
  /** The plan's time was over before the server was done. */
  "cut-off",
  "failed",
  /** The accept queue overflowed. */
  "listen-overflow",
  /** Less than 95 % of what was offered was achieved. */
  "offered",
  /** The rate fell below 80 % of the server's best at a smaller load. */
  "rate",
  /** The p99 response time rose above 100 ms. */
  "latency",
] as const;
export type Break = (typeof BREAKS)[number];

/** A variant at an axis value. */
const Place = z.object({ variant: z.string(), axisValue: z.number().nonnegative() });

/** An answer: the quantity of one variant by that of another, with an interval. */
export const Finding = z.object({
  plan: z.string(),
  group: z.string().nullable(),
  /**
   * `variants`: two variants at one axis value. `growth`: one variant at both ends of the axis. `groups`: one variant at
   * one axis value in two groups. `limit`: the axis value at which one variant broke, or the largest.
   */
  question: z.enum(["variants", "growth", "groups", "limit"]),
  quantity: z.enum(QUANTITIES),
  axis: z.enum(AXES),
  at: z.number().nonnegative(),
  variant: z.string(),
  /** The other side of the ratio; null for a limit. */
  against: Place.extend({ group: z.string().nullable() }).nullable(),
  /** Ratio of the quantity to that of `against`; for a limit the quantity itself. null: nothing was measured. */
  effect: z.number().nonnegative().nullable(),
  /** Ends of the interval; null where there is none: a bound, a limit, too few starts. */
  low: z.number().nonnegative().nullable(),
  high: z.number().nonnegative().nullable(),
  /** Confidence level of the interval, per cent. */
  level: z.number(),
  verdict: z.enum(VERDICTS),
  /** Sign that decided a limit; null where the server carried all. */
  cause: z.enum(BREAKS).nullable(),
  doubts: z.array(Doubt),
  /** Slices that count, of both sides, and slices that were measured again. Load measured whole counts its repetitions. */
  slices: count,
  replaced: count,
  /** Seconds of further measuring that would settle it; null where it is settled, or none would. */
  wouldTake: z.number().nonnegative().nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** The quantity of one variant at one axis value. */
export const Level = z.object({
  group: z.string().nullable(),
  axis: z.enum(AXES),
  ...Place.shape,
  quantity: z.enum(QUANTITIES),
  value: z.number().nonnegative(),
  low: z.number().nonnegative().nullable(),
  high: z.number().nonnegative().nullable(),
  /** The client bounded it: the server could do more. */
  isLowerBound: z.boolean(),
  /** Slices that count; of a load measured whole its repetitions. */
  slices: count,
});
export type Level = z.infer<typeof Level>;

/** A load that had no start before the budget of the plan was spent. */
export const Unmeasured = z.object({
  group: z.string().nullable(),
  axis: z.enum(AXES),
  at: z.number().nonnegative(),
  /** Seconds of further budget for the starts that the plan asks for, by the usual time of one; null where none is known. */
  wouldTake: z.number().nonnegative().nullable(),
});
export type Unmeasured = z.infer<typeof Unmeasured>;

/** Answers of an experiment. `findings.json` */
export const Findings = z.object({
  schema: z.literal("c10k-lab/findings/1"),
  findings: z.array(Finding),
  levels: z.array(Level),
  /** Missing in older results: nobody kept it. */
  unmeasured: z.array(Unmeasured).default([]),
});
export type Findings = z.infer<typeof Findings>;
