import {
  type Bounds,
  CONFIDENCE_PERCENT,
  type Effect,
  estimateEffects,
  estimateFurtherS,
  judgeEffect,
  median,
  UNBOUNDED,
} from "@c10k-lab/inference";
import type {
  CloseReason,
  Doubt,
  Finding,
  FindingQuantity,
  Findings,
  Level,
  RepetitionResult,
  Verdict,
} from "@c10k-lab/protocol";
import { CLOSE_REASONS } from "@c10k-lab/protocol";
import { countedSlices, countReplaced, isBounded, logLevels, logRatios, READERS } from "./slice-values.ts";

type SlicedQuantity = keyof typeof READERS;

const NOTHING: Effect = { effect: Number.NaN, low: 0, high: Number.POSITIVE_INFINITY };

/** Repetitions of one variant at one axis value. */
interface SlicedCell {
  readonly variant: string;
  readonly axisValue: number;
  readonly repetitions: readonly RepetitionResult[];
}

/** Returns the answers of an experiment from its slices, and from the limits that servers met. */
export function findAnswers(plan: string, repetitions: readonly RepetitionResult[]): Findings {
  const groups = [...Map.groupBy(repetitions, ({ group }) => group).values()];
  return {
    schema: "c10k-lab/findings/1",
    findings: [
      ...compareAll(plan, groups.flatMap(listComparisons)),
      ...groups.flatMap((group) => findLimits(plan, group)),
    ],
    levels: groups.flatMap(readLevels),
  };
}

/** Two cells whose quantity is compared. */
interface Comparison {
  readonly question: Finding["question"];
  readonly quantity: SlicedQuantity;
  readonly cell: SlicedCell;
  readonly against: SlicedCell;
}

/** Pairs each variant with the last one at every axis value, and with itself at the lower end of the axis. */
function listComparisons(group: readonly RepetitionResult[]): Comparison[] {
  const cells = cellsOf(group);
  const between = [...Map.groupBy(cells, ({ axisValue }) => axisValue).values()].flatMap((here) => {
    const against = here.at(-1);
    return against === undefined ? [] : here.slice(0, -1).map((cell) => ({ cell, against }));
  });
  const ends = [...Map.groupBy(cells, ({ variant }) => variant).values()].flatMap((own) => {
    const [against, cell] = [own[0], own.at(-1)];
    return against && cell && against !== cell ? [{ cell, against }] : [];
  });
  return [
    ...between.flatMap((pair) =>
      quantitiesOf(group).map((quantity) => ({ question: "variants" as const, quantity, ...pair })),
    ),
    ...ends.map((pair) => ({ question: "growth" as const, quantity: "cost" as const, ...pair })),
  ];
}

/** Compares the pairs of all groups; those of one quantity share what is known of the variance between starts. */
function compareAll(plan: string, comparisons: readonly Comparison[]): Finding[] {
  const alike = Map.groupBy(comparisons, ({ question, quantity }) => `${question} ${quantity}`);
  const found = [...alike.values()].flatMap((same) => {
    const starts = same.map(({ quantity, cell, against }) =>
      logRatios(cell.repetitions, against.repetitions, READERS[quantity]),
    );
    return estimateEffects(starts).map((effect, index): [Comparison, Finding] => {
      const comparison = same[index] as Comparison;
      return [comparison, describeComparison(plan, comparison, effect, starts[index]?.flat().length ?? 0)];
    });
  });
  const findings = new Map(found);
  return comparisons.flatMap((comparison) => findings.get(comparison) ?? []);
}

function describeComparison(
  plan: string,
  { question, quantity, cell, against }: Comparison,
  effect: Effect,
  pairs: number,
): Finding {
  const bounds = quantity === "rate" ? boundsOf(cell, against) : UNBOUNDED;
  const both = [...cell.repetitions, ...against.repetitions];
  const verdict = judgeEffect(effect, bounds);
  const isOpen = verdict === "not-shown" && !(bounds.isOverBounded && bounds.isUnderBounded);
  return {
    ...describePlace(plan, question, quantity, cell),
    against: { variant: against.variant, axisValue: against.axisValue },
    ...describeEffect(effect),
    level: CONFIDENCE_PERCENT,
    verdict,
    cause: null,
    doubts: doubtsOf(both),
    slices: 2 * pairs,
    replaced: countReplaced(both),
    wouldTake: isOpen ? estimateFurtherS(effect, spentS(both)) : null,
  };
}

function boundsOf(cell: SlicedCell, against: SlicedCell): Bounds {
  return { isOverBounded: isBounded(cell.repetitions), isUnderBounded: isBounded(against.repetitions) };
}

/** Returns how many connections each variant held in its largest cell, and why it refused others. */
function findLimits(plan: string, group: readonly RepetitionResult[]): Finding[] {
  const whole = group.filter(
    ({ axis, slices, client }) => axis === "connections" && slices.length === 0 && client,
  );
  return [...Map.groupBy(whole, ({ variant }) => variant).values()].map((repetitions) => {
    const most = Math.max(...repetitions.map(({ axisValue }) => axisValue));
    const largest = repetitions.filter(({ axisValue }) => axisValue === most);
    const held = largest.map(({ client }) => client?.achieved.held ?? 0);
    const cause = largest.map(refusalOf).find((reason) => reason !== undefined) ?? null;
    const { variant = "" } = repetitions[0] ?? {};
    return {
      ...describePlace(plan, "limit", "held", { variant, axisValue: most, repetitions: largest }),
      against: null,
      effect: median(held),
      low: Math.min(...held),
      high: Math.max(...held),
      level: CONFIDENCE_PERCENT,
      verdict: judgeLimit(cause, held, most),
      cause,
      doubts: [],
      slices: 0,
      replaced: 0,
      wouldTake: null,
    };
  });
}

/** A server that held all connections might hold more. */
function judgeLimit(cause: CloseReason | null, held: readonly number[], asked: number): Verdict {
  if (cause !== null) return "shown";
  return held.every((count) => count === asked) ? "at-least" : "not-shown";
}

function refusalOf({ final }: RepetitionResult): CloseReason | undefined {
  return CLOSE_REASONS.find((reason) => reason.startsWith("refused-") && (final?.closed[reason] ?? 0) > 0);
}

function readLevels(group: readonly RepetitionResult[]): Level[] {
  return cellsOf(group).flatMap(({ variant, axisValue, repetitions }) =>
    quantitiesOf(repetitions).map((quantity): Level => {
      const starts = logLevels(repetitions, READERS[quantity]);
      const [estimate] = estimateEffects([starts]);
      const { effect, low, high } = describeEffect(estimate ?? NOTHING);
      return {
        group: group[0]?.group ?? null,
        axis: group[0]?.axis ?? "connections",
        variant,
        axisValue,
        quantity,
        value: effect ?? 0,
        low,
        high,
        isLowerBound: quantity === "rate" && isBounded(repetitions),
        slices: starts.flat().length,
      };
    }),
  );
}

/** An open loop offers the same rate to all. */
function quantitiesOf(repetitions: readonly RepetitionResult[]): SlicedQuantity[] {
  const isOpenLoop = repetitions.some(({ client }) => (client?.latencyUs.intended.count ?? 0) > 0);
  return isOpenLoop ? ["cost"] : ["cost", "rate"];
}

/** Returns the cells that have slices, by variant in the order they were begun, and by ascending axis value. */
function cellsOf(group: readonly RepetitionResult[]): SlicedCell[] {
  const sliced = group.filter((repetition) => countedSlices(repetition).size > 0);
  return [...Map.groupBy(sliced, ({ cell }) => cell).values()]
    .flatMap((repetitions): SlicedCell[] => {
      const [first] = repetitions;
      return first ? [{ variant: first.variant, axisValue: first.axisValue, repetitions }] : [];
    })
    .toSorted((a, b) => a.axisValue - b.axisValue);
}

function describePlace(
  plan: string,
  question: Finding["question"],
  quantity: FindingQuantity,
  cell: SlicedCell,
) {
  const [first] = cell.repetitions;
  return {
    plan,
    group: first?.group ?? null,
    question,
    quantity,
    axis: first?.axis ?? ("connections" as const),
    at: cell.axisValue,
    variant: cell.variant,
  };
}

function describeEffect({ effect, low, high }: Effect): Pick<Finding, "effect" | "low" | "high"> {
  const isBounded = Number.isFinite(high);
  return {
    effect: Number.isNaN(effect) ? null : effect,
    low: isBounded ? low : null,
    high: isBounded ? high : null,
  };
}

function doubtsOf(repetitions: readonly RepetitionResult[]): Doubt[] {
  const all = repetitions.flatMap(({ doubts }) => doubts);
  return [...new Map(all.map((doubt) => [doubt.reason, doubt])).values()];
}

/** Time that the slices of repetitions took, seconds. */
function spentS(repetitions: readonly RepetitionResult[]): number {
  return (
    repetitions.reduce(
      (sum, { slices }) => sum + slices.reduce((ms, { durationMs }) => ms + durationMs, 0),
      0,
    ) / 1000
  );
}
