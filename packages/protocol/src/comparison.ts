import { z } from "zod";
import { Percentile } from "./client-summary.ts";
import { DOUBT_REASONS, SERVERS } from "./names.ts";
import { CELL_STATUSES } from "./results.ts";

const count = z.number().int().nonnegative();

/** What two runs are compared by: `lab compare --quantities`. */
export const COMPARED_QUANTITIES = [
  "rate",
  "p50",
  "p99",
  /** Of an open loop, from the moment a message was due. */
  "intended-p99",
  "cpu",
  "memory",
  "memory-per-connection",
  "switches",
  /** Of cells that are limited in both runs: how many connections the server held. */
  "held",
] as const;
export type ComparedQuantity = (typeof COMPARED_QUANTITIES)[number];

/** What may be said of a quantity's change. */
export const JUDGEMENTS = [
  "better",
  "worse",
  /** Which is not the same as equal. */
  "no-difference-shown",
  "too-few-runs",
  "not-comparable",
] as const;
export type Judgement = (typeof JUDGEMENTS)[number];

/** One quantity of one cell, before and after. */
export const Change = z.object({
  quantity: z.enum(COMPARED_QUANTITIES),
  unit: z.string(),
  better: z.enum(["high", "low"]),
  /** Medians of the runs that are whole; null where none has a value. */
  before: Percentile,
  after: Percentile,
  /** 100 × (after ÷ before − 1). */
  changePercent: Percentile,
  /** 99 % bootstrap interval of `changePercent`; null from too few runs. */
  intervalPercent: z.object({ low: Percentile, high: Percentile }).nullable(),
  judgement: z.enum(JUDGEMENTS),
  /** Why it is not comparable. */
  why: z.string().nullable(),
  /** Why this quantity may not be the server's. */
  doubts: z.object({ before: z.array(z.enum(DOUBT_REASONS)), after: z.array(z.enum(DOUBT_REASONS)) }),
  /** Whether it has a say in the verdict. */
  counts: z.boolean(),
  /** Worse, and the whole interval worse than the threshold. It need not count. */
  isBeyondThreshold: z.boolean(),
  /** The whole interval is better than the threshold: more than that it has surely not become worse. */
  rulesOutRegression: z.boolean(),
});
export type Change = z.infer<typeof Change>;

const Side = z.object({
  /** Of most runs. */
  status: z.enum(CELL_STATUSES),
  runs: count,
  /** Those the figures are taken from; 0 where none ended ok with books that agree. */
  whole: count,
});

/** One cell of both runs, or of one of them. */
export const CellComparison = z.object({
  name: z.string(),
  server: z.enum(SERVERS),
  connections: count,
  clients: count,
  /** null when the run has no such cell. */
  before: Side.nullable(),
  after: Side.nullable(),
  /** Why its quantities cannot be compared; null where they are. */
  why: z.string().nullable(),
  /** The cell ended worse than before, whatever its figures: a sentence. */
  decline: z.string().nullable(),
  changes: z.array(Change),
});
export type CellComparison = z.infer<typeof CellComparison>;

const ComparedRun = z.object({
  folder: z.string(),
  plan: z.string(),
  startedAt: z.iso.datetime(),
  commit: z.string().nullable(),
});

/** Two runs of the lab side by side: `lab compare --json`. */
export const RunComparison = z.object({
  schema: z.literal("c10k-lab/comparison/1"),
  before: ComparedRun,
  after: ComparedRun,
  thresholdPercent: z.number().nonnegative(),
  /** Whether inconclusive cells have a say. */
  countsInconclusive: z.boolean(),
  /** What was not the same where the runs were made, or how. */
  environment: z.array(z.object({ what: z.string(), before: z.string(), after: z.string() })),
  cells: z.array(CellComparison),
  /** A sentence each. */
  regressions: z.array(z.string()),
  /** What would be regressions if inconclusive cells counted: a sentence each. */
  notCounted: z.array(z.string()),
  verdict: z.enum(["no-regression", "regression", "nothing-compared"]),
  /** The verdict in a sentence. */
  summary: z.string(),
});
export type RunComparison = z.infer<typeof RunComparison>;
