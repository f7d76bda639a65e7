import { type Interval, median, medianInterval } from "@c10k-lab/inference";
import type { DoubtReason, RepetitionResult } from "@c10k-lab/protocol";
import type { Value } from "./quantities.ts";
import { computeFigures, type RepetitionFigures } from "./repetition-figures.ts";

/** Figures of a cell: each is the median of the repetitions used. */
export interface CellFigures
  extends RepetitionFigures,
    Pick<RepetitionResult, "variant" | "server" | "axis" | "axisValue" | "connections" | "clients"> {
  /** Name of the cell: `epoll-1000`. */
  readonly name: string;
  /** `ok` when at least half of the repetitions are whole. */
  readonly status: RepetitionResult["status"];
  /** All repetitions, in the order they were run. */
  readonly repetitions: readonly RepetitionResult[];
  /** Figures of the repetitions used: the whole ones, or all where none is whole. */
  readonly used: readonly RepetitionFigures[];
  /** Repetition used whose rate is the median. */
  readonly middle: RepetitionResult;
  /** Reasons why the figures may not be the server's; empty unless more than half of the repetitions have one. */
  readonly doubts: readonly DoubtReason[];
}

/** @param repetitions of one cell, at least one */
export function summarizeCell(repetitions: readonly RepetitionResult[]): CellFigures {
  const whole = repetitions.filter(isWholeRepetition);
  const results = whole.length > 0 ? whole : repetitions;
  const byRate = results.toSorted((a, b) => rateOf(a) - rateOf(b));
  const middle = byRate[Math.floor((byRate.length - 1) / 2)] as RepetitionResult;
  const { cell: name, variant, server, axis, axisValue, connections, clients } = middle;
  const used = results.map(computeFigures);
  return {
    name,
    variant,
    server,
    axis,
    axisValue,
    connections,
    clients,
    repetitions,
    used,
    middle,
    ...(mergeTrees(used as unknown as Tree[]) as unknown as RepetitionFigures),
    status: whole.length > 0 && 2 * whole.length >= repetitions.length ? "ok" : statusOfRest(repetitions),
    doubts: collectDoubts(results),
  };
}

/** Comparisons use only repetitions that ended well and whose ledgers agree. */
export function isWholeRepetition(repetition: RepetitionResult): boolean {
  return repetition.status === "ok" && !isUnbalanced(repetition);
}

export function isUnbalanced({ reconciliation }: RepetitionResult): boolean {
  return reconciliation !== null && !reconciliation.balanced;
}

/** Returns the value of each repetition that has one. */
export function valuesOf({ used }: CellFigures, value: Value): number[] {
  return used.map(value).filter((one) => one !== null);
}

/** Returns the bootstrap interval of the median; null from too few repetitions. */
export function intervalOf(cell: CellFigures, value: Value): Interval | null {
  return medianInterval(valuesOf(cell, value));
}

function rateOf(repetition: RepetitionResult): number {
  return computeFigures(repetition).messagesPerSecond ?? 0;
}

function statusOfRest(repetitions: readonly RepetitionResult[]): RepetitionResult["status"] {
  const broken = repetitions.find((repetition) => !isWholeRepetition(repetition));
  return (broken ?? repetitions[0])?.status ?? "failed";
}

function collectDoubts(results: readonly RepetitionResult[]): DoubtReason[] {
  const doubtful = results.filter(({ doubts }) => doubts.length > 0);
  if (2 * doubtful.length <= results.length) return [];
  return [...new Set(doubtful.flatMap(({ doubts }) => doubts.map(({ reason }) => reason)))];
}

interface Tree {
  readonly [name: string]: number | null | Tree;
}

/** Replaces each number by its median over all trees; null where no tree has it. */
function mergeTrees(trees: readonly Tree[]): Tree {
  const [first = {}] = trees;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const values = trees.map((tree) => tree[name] ?? null);
      const branches = values.filter((value) => typeof value === "object" && value !== null) as Tree[];
      if (branches.length > 0) return [name, mergeTrees(branches)];
      return [name, median(values.filter((value) => typeof value === "number"))];
    }),
  );
}
