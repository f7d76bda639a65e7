import {
  type CellComparison,
  type CellObstacle,
  type Change,
  type EnvironmentDifference,
  type ExperimentComparison,
  INFINITE,
  type OptionDifference,
  type Percentile,
  type Regression,
} from "@c10k-lab/protocol";
import { describePlace } from "./phrases/axis.ts";
import { abridged, figure, MISSING, plural, signed } from "./phrases/numbers.ts";
import { quantityWords } from "./phrases/quantities.ts";

/** Returns the sentence for a regression: a change of a quantity, or the decline of a cell. */
export function describeRegression(comparison: ExperimentComparison, { cell, quantity }: Regression): string {
  const found = comparison.cells.find(({ name }) => name === cell);
  if (found === undefined) return `${cell}.`;
  const change = found.changes.find((one) => one.quantity === quantity);
  return change === undefined ? describeDecline(found) : describeChange(comparison, found, change);
}

/** Returns "epoll at 4,000 connections (busy)". */
export function describeCell(cell: CellComparison): string {
  const { variant, axis, axisValue, group, clients } = cell;
  const several = clients === 1 ? "" : ` from ${plural(clients, "client")}`;
  return `${variant} at ${describePlace(axis, axisValue)}${several}${group === null ? "" : ` (${group})`}`;
}

/** Returns "epoll at 100 connections: rate changed by −14.2 % (99 % interval −16.1 to −12.0 %; 147,000 → 126,000 messages/s)." */
function describeChange(
  { confidencePercent }: ExperimentComparison,
  cell: CellComparison,
  change: Change,
): string {
  const { what, unit } = quantityWords(change.quantity);
  const values = `${describeValue(change, change.before)} → ${describeValue(change, change.after)} ${unit}`;
  const ends = describeChangeInterval(change.intervalPercent);
  const interval = ends === MISSING ? "no interval" : `${confidencePercent} % interval ${ends} %`;
  const doubts = describeChangeDoubts(change);
  return `${describeCell(cell)}: ${what} changed by ${describePercent(change.changePercent)} % (${interval}; ${values}).${doubts && ` Inconclusive: ${doubts}.`}`;
}

function describeDecline(cell: CellComparison): string {
  const { before, after, decline } = cell;
  const name = describeCell(cell);
  switch (decline?.decline) {
    case "missing":
      return `${name} ended as ${before?.status} before and is missing after.`;
    case "repetitions":
      return `${name}: ${decline.failed} of ${plural(after?.repetitions ?? 0, "repetition")} failed after, none before.`;
    default:
      return `${name} ended as ${before?.status} before and as ${after?.status} after.`;
  }
}

/** Returns "client-limit (before and after), busy-host (after)"; empty when nothing is in doubt. */
export function describeChangeDoubts({ doubts: { before, after } }: Pick<Change, "doubts">): string {
  const sides = (reason: (typeof before)[number]) => [
    ...(before.includes(reason) ? ["before"] : []),
    ...(after.includes(reason) ? ["after"] : []),
  ];
  return [...new Set([...before, ...after])]
    .map((reason) => `${reason} (${sides(reason).join(" and ")})`)
    .join(", ");
}

/** Returns the value of a quantity without its unit. */
export function describeValue({ quantity }: Pick<Change, "quantity">, value: Percentile): string {
  if (value === null) return MISSING;
  return quantityWords(quantity).format(value === INFINITE ? Number.POSITIVE_INFINITY : value);
}

/** Returns a change with its sign, in per cent, without the unit. */
export function describePercent(percent: Percentile): string {
  if (percent === null) return MISSING;
  return percent === INFINITE ? "+∞" : signed(percent);
}

/** Returns "−16.1 to −12.0", in per cent; "+12.0 or more" where messages never came back in some repetitions. */
export function describeChangeInterval(interval: Change["intervalPercent"]): string {
  if (!interval || interval.low === INFINITE) return MISSING;
  const low = describePercent(interval.low);
  return interval.high === INFINITE ? `${low} or more` : `${low} to ${describePercent(interval.high)}`;
}

/**
 * Returns the reasons why cells are not comparable, and which of their repetitions are left out: each once, with the cells
 * that it holds for.
 */
export function describeRemarks({ cells }: Pick<ExperimentComparison, "cells">): string[] {
  const remarks = cells.flatMap((cell) =>
    listRemarks(cell).map((remark) => ({ ...remark, name: describeCell(cell) })),
  );
  return [...Map.groupBy(remarks, ({ reason }) => reason)].map(([reason, of]) => {
    const names = of.map(({ name }) => name);
    const isPart = of.every((one) => one.isPart);
    return isPart
      ? `${abridged(names)}: ${reason}.`
      : `${abridged(names)} ${names.length === 1 ? "is" : "are"} not comparable: ${reason}.`;
  });
}

/** Lists why a cell is not comparable, or which part of its repetitions is. */
function listRemarks(cell: CellComparison): { readonly reason: string; readonly isPart: boolean }[] {
  const { obstacle } = cell;
  if (obstacle !== null) return [{ reason: describeObstacle(cell, obstacle), isPart: false }];
  return (["before", "after"] as const).flatMap((when) => {
    const { whole, repetitions } = cell[when] ?? { whole: 0, repetitions: 0 };
    if (whole === 0 || whole === repetitions) return [];
    const part = `${whole} of ${plural(repetitions, "repetition")} ${when} ended well`;
    return [{ reason: `${part}; only they are compared`, isPart: true }];
  });
}

/** Returns the reason why a cell is not compared, as a clause. */
export function describeObstacle({ before, after }: CellComparison, obstacle: CellObstacle): string {
  switch (obstacle.obstacle) {
    case "missing":
      return `missing ${obstacle.side}`;
    case "other-load":
      return `the load differs: ${obstacle.differences.map(describeOption).join("; ")}`;
    case "status":
      return `${before?.status} before, ${after?.status} after`;
    case "no-quantity":
      return "none of the quantities chosen was measured";
  }
}

function describeOption({ of, option, before, after }: OptionDifference): string {
  const where = of === "cell" ? option : `${option} of the ${of}`;
  return `${where} ${show(before)} before, ${show(after)} after`;
}

const PROPERTIES: Readonly<Record<EnvironmentDifference["property"], string>> = {
  plan: "plan",
  outcome: "outcome of the experiment",
  engine: "engine",
  processor: "processor",
  processors: "processors",
  pinning: "processors of server and client",
  "memory-bytes": "memory",
  "file-descriptors": "file descriptors allowed",
  kernel: "kernel",
  node: "Node.js",
  version: "c10k-lab",
  commit: "commit",
  sysctl: "sysctl",
  option: "option",
};

/** Returns "kernel: 6.18.0 → 6.19.0". */
export function describeEnvironmentDifference(difference: EnvironmentDifference): string {
  const { property, name, before, after } = difference;
  const format = property === "memory-bytes" ? showMemory : property === "pinning" ? showPinning : show;
  return `${PROPERTIES[property]}${name === null ? "" : ` ${name}`}: ${format(before)} → ${format(after)}`;
}

function showMemory(bytes: unknown): string {
  return typeof bytes === "number" ? `${figure(bytes / 2 ** 30)} GiB` : show(bytes);
}

function showPinning(pinnings: unknown): string {
  const all = pinnings as ({ server: number[]; client: number[] } | null)[];
  const shown = all.map((one) => (one ? `${one.server.join(",")} and ${one.client.join(",")}` : "shared"));
  return shown.join("; ") || "not given";
}

function show(value: unknown): string {
  return value === null || value === undefined ? "not given" : optionText(value);
}

/** Returns the value of an option: lists with commas, structures as JSON. */
export function optionText(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
