import { type Interval, median, medianInterval } from "@c10k-lab/inference";
import type { Axis, CellResult, DoubtReason, ServerName } from "@c10k-lab/protocol";
import { figuresOfRun, type RunFigures } from "./run-figures.ts";

/** What follows from all runs of one cell: each figure is the median of the runs it is taken from. */
export interface CellFigures extends RunFigures {
  /** `epoll-1000` */
  readonly name: string;
  readonly variant: string;
  readonly server: ServerName;
  readonly axis: Axis;
  /** Its place on the axis. */
  readonly x: number;
  readonly connections: number;
  readonly clients: number;
  /** Ok when most runs are. */
  readonly status: CellResult["status"];
  /** Every run, in the order they were made. */
  readonly results: readonly CellResult[];
  /** Of those the figures are taken from, the one in the middle by its rate. */
  readonly cell: CellResult;
  /** Those the figures are taken from: the whole ones; where there are none, all. */
  readonly runs: readonly RunFigures[];
  /** Why the figures may not be the server's; empty when most runs are valid. */
  readonly doubts: readonly DoubtReason[];
}

/** @param results of one cell, at least one */
export function figuresOf(results: readonly CellResult[]): CellFigures {
  const whole = results.filter(isWholeRun);
  const used = whole.length > 0 ? whole : results;
  const byRate = used.toSorted((a, b) => rateOf(a) - rateOf(b));
  const cell = byRate[Math.floor((byRate.length - 1) / 2)] as CellResult;
  const { name, variant, server, axis, x, connections, clients } = cell;
  const runs = used.map(figuresOfRun);
  return {
    ...{ name, variant, server, axis, x, connections, clients, results, cell, runs },
    ...medians(runs),
    status: 2 * whole.length >= results.length && whole.length > 0 ? "ok" : statusOfRest(results),
    doubts: doubtsOf(used),
  };
}

/** Only what a run measured whole, with books that agree, is compared. */
export function isWholeRun(run: CellResult): boolean {
  return run.status === "ok" && !isUnbalanced(run);
}

export function isUnbalanced(run: CellResult): boolean {
  return run.reconciliation !== null && !run.reconciliation.balanced;
}

/** The value of each run that has one. */
export function valuesOf(cell: CellFigures, value: (run: RunFigures) => number | null): number[] {
  return cell.runs.map(value).filter((one) => one !== null);
}

export function intervalOf(cell: CellFigures, value: (run: RunFigures) => number | null): Interval | null {
  return medianInterval(valuesOf(cell, value));
}

function rateOf(run: CellResult): number {
  return run.client?.achieved.messagesPerSecond ?? 0;
}

function statusOfRest(results: readonly CellResult[]): CellResult["status"] {
  return (results.find((run) => !isWholeRun(run)) ?? results[0])?.status ?? "failed";
}

function doubtsOf(used: readonly CellResult[]): DoubtReason[] {
  const doubtful = used.filter(({ verdict }) => !verdict.valid);
  if (2 * doubtful.length <= used.length) return [];
  return [...new Set(doubtful.flatMap(({ verdict }) => verdict.reasons.map(({ reason }) => reason)))];
}

/** The median of every number; null where no run has it. */
function medians(runs: readonly RunFigures[]): RunFigures {
  return mediansOf(runs as unknown as Tree[]) as unknown as RunFigures;
}

interface Tree {
  readonly [name: string]: number | null | Tree;
}

function mediansOf(trees: readonly Tree[]): Tree {
  const [first = {}] = trees;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const values = trees.map((tree) => tree[name] ?? null);
      const branches = values.filter((value) => typeof value === "object" && value !== null) as Tree[];
      if (branches.length > 0) return [name, mediansOf(branches)];
      return [name, median(values.filter((value) => typeof value === "number"))];
    }),
  );
}
