import { z } from "zod";
import { count } from "../count.ts";
import { AXES, CELL_STATUSES, DOUBT_REASONS } from "../names.ts";
import { Percentile } from "../programs/client-summary.ts";

/** Quantities that two experiments are compared by: `lab compare --quantities`. */
export const COMPARED_QUANTITIES = [
  "rate",
  "p50",
  "p99",
  /** Open loop: from the moment a message was due. */
  "intended-p99",
  "cpu",
  "memory",
  "memory-per-connection",
  "switches",
  /** Connections held, in cells that are limited in both experiments. */
  "held",
] as const;
export type ComparedQuantity = (typeof COMPARED_QUANTITIES)[number];

/** Judgements about a quantity's change. */
export const JUDGEMENTS = [
  "better",
  "worse",
  /** Not the same as equal. */
  "no-difference-shown",
  "too-few-repetitions",
  "not-comparable",
] as const;
export type Judgement = (typeof JUDGEMENTS)[number];

/** Change of one quantity of one cell. */
export const Change = z.object({
  quantity: z.enum(COMPARED_QUANTITIES),
  unit: z.string(),
  better: z.enum(["high", "low"]),
  /** Medians of the whole repetitions; null where none has a value. */
  before: Percentile,
  after: Percentile,
  /** 100 × (after ÷ before − 1). */
  changePercent: Percentile,
  /** 99 % bootstrap interval of `changePercent`; null from too few repetitions. */
  intervalPercent: z.object({ low: Percentile, high: Percentile }).nullable(),
  judgement: z.enum(JUDGEMENTS),
  /** Reason why it is not comparable; null where it is. No change is a percentage of zero. */
  obstacle: z.enum(["not-measured-before", "not-measured-after", "zero-before"]).nullable(),
  /** Reasons why this quantity may not be the server's. */
  doubts: z.object({ before: z.array(z.enum(DOUBT_REASONS)), after: z.array(z.enum(DOUBT_REASONS)) }),
  /** True when the change counts towards the verdict. */
  counts: z.boolean(),
  /** True when it is worse and the whole interval is worse than the threshold, even when it does not count. */
  isBeyondThreshold: z.boolean(),
  /** True when the whole interval is better than the threshold, which rules out a regression. */
  rulesOutRegression: z.boolean(),
});
export type Change = z.infer<typeof Change>;

const Side = z.object({
  /** Status of most repetitions. */
  status: z.enum(CELL_STATUSES),
  repetitions: count,
  /** Repetitions that the figures are taken from; 0 where none ended ok with ledgers that agree. */
  whole: count,
});

/** Option that differs between two cells of one name; null where it was not given. */
const OptionDifference = z.object({
  of: z.enum(["cell", "server", "client"]),
  option: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type OptionDifference = z.infer<typeof OptionDifference>;

/** Reason why the quantities of a cell are not compared. */
const CellObstacle = z.discriminatedUnion("obstacle", [
  /** The experiment on this side has no such cell. */
  z.object({ obstacle: z.literal("missing"), side: z.enum(["before", "after"]) }),
  z.object({ obstacle: z.literal("other-load"), differences: z.array(OptionDifference) }),
  /** The cell ended differently, or ended badly in both experiments. */
  z.object({ obstacle: z.literal("status") }),
  /** The cell has none of the quantities chosen. */
  z.object({ obstacle: z.literal("no-quantity") }),
]);
export type CellObstacle = z.infer<typeof CellObstacle>;

/** A way in which a cell ended worse than before, whatever its figures. */
const Decline = z.discriminatedUnion("decline", [
  z.object({ decline: z.literal("missing") }),
  z.object({ decline: z.literal("status") }),
  /** Repetitions failed after, and none before. */
  z.object({ decline: z.literal("repetitions"), failed: count }),
]);
export type Decline = z.infer<typeof Decline>;

/** One cell of both experiments, or of one of them. */
export const CellComparison = z.object({
  name: z.string(),
  server: z.string(),
  variant: z.string(),
  /** null where the plan has no groups. */
  group: z.string().nullable(),
  axis: z.enum(AXES),
  axisValue: z.number().nonnegative(),
  connections: count,
  clients: count,
  /** null when the experiment has no such cell. */
  before: Side.nullable(),
  after: Side.nullable(),
  obstacle: CellObstacle.nullable(),
  decline: Decline.nullable(),
  changes: z.array(Change),
});
export type CellComparison = z.infer<typeof CellComparison>;

/** Property of plan, machine or software that differs between the experiments; null where it was not given. */
const EnvironmentDifference = z.object({
  property: z.enum([
    "plan",
    "outcome",
    "engine",
    "processor",
    "processors",
    /** Processors of server and client, for each repetition that differs. */
    "pinning",
    "memory-bytes",
    "file-descriptors",
    "kernel",
    "node",
    "version",
    "commit",
    "sysctl",
    "option",
  ]),
  /** Name of the sysctl or of the plan's option; null for other properties. */
  name: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type EnvironmentDifference = z.infer<typeof EnvironmentDifference>;

const ComparedRun = z.object({
  folder: z.string(),
  plan: z.string(),
  startedAt: z.iso.datetime(),
  commit: z.string().nullable(),
});

/** Regression of a quantity of a cell; a quantity of null is the decline of the cell itself. */
const Regression = z.object({ cell: z.string(), quantity: z.enum(COMPARED_QUANTITIES).nullable() });
export type Regression = z.infer<typeof Regression>;

/** Change of the machine between two experiments, as far as it shows: no interval covers it. */
const Drift = z.object({
  /** Time between the starts of the experiments. */
  apartMs: z.number().nonnegative(),
  /** Median change over all cells that have one; empty for fewer than three. */
  common: z.array(
    z.object({ quantity: z.enum(COMPARED_QUANTITIES), cells: count, changePercent: z.number() }),
  ),
});
export type Drift = z.infer<typeof Drift>;

/** Number of changes by what came of them. */
const ComparisonSummary = z.object({
  /** Changes that count. */
  counted: count,
  beyondThreshold: count,
  /** Worse, but not surely by more than the threshold. */
  worse: count,
  better: count,
  noDifferenceShown: count,
  /** Counted, and the interval is too wide to rule a regression out. */
  tooWide: count,
  /** Changes that do not count. */
  inconclusive: count,
  tooFewRepetitions: count,
  notComparable: count,
  cellsNotComparable: count,
});
export type ComparisonSummary = z.infer<typeof ComparisonSummary>;

/** Two experiments side by side: `lab compare --json`. */
export const ExperimentComparison = z.object({
  schema: z.literal("c10k-lab/comparison/2"),
  before: ComparedRun,
  after: ComparedRun,
  thresholdPercent: z.number().nonnegative(),
  /** True when inconclusive figures count towards the verdict. */
  countsInconclusive: z.boolean(),
  /** Rule by which a change is called real: interval, fewest repetitions, smallest ratio of the medians. */
  confidencePercent: z.number().positive(),
  repetitionsMin: count,
  ratioMin: z.number().min(1),
  drift: Drift,
  environment: z.array(EnvironmentDifference),
  cells: z.array(CellComparison),
  regressions: z.array(Regression),
  /** Changes that would be regressions if inconclusive figures counted. */
  notCounted: z.array(Regression),
  verdict: z.enum(["no-regression", "regression", "nothing-compared"]),
  summary: ComparisonSummary,
});
export type ExperimentComparison = z.infer<typeof ExperimentComparison>;
