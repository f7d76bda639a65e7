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
import { figure, integer, listed, MISSING, plural, signed } from "./phrases/numbers.ts";
import { quantityWords } from "./phrases/quantities.ts";
import { describeSpan } from "./phrases/spans.ts";

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
  const interval = `${confidencePercent} % interval ${describeChangeInterval(change.intervalPercent)} %`;
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
function describeChangeDoubts({ doubts: { before, after } }: Pick<Change, "doubts">): string {
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

/** Returns "−16.1 to −12.0", in per cent. */
export function describeChangeInterval(interval: Change["intervalPercent"]): string {
  return interval ? `${describePercent(interval.low)} to ${describePercent(interval.high)}` : MISSING;
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

function describeObstacle({ before, after }: CellComparison, obstacle: CellObstacle): string {
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

/** Returns the verdict, then the changes that count and those that do not, then what no interval covers. */
export function describeVerdict(comparison: ExperimentComparison): string[] {
  const parts = [describeJudgement(comparison), describeCounts(comparison), describeDrift(comparison)];
  return parts.filter((part) => part !== "");
}

/** Tells how much of a difference may be the machine's, and what the intervals hold; empty where nothing could be compared. */
function describeDrift({ verdict, drift }: ExperimentComparison): string {
  if (verdict === "nothing-compared") return "";
  const { apartMs, common } = drift;
  const changes = listed(
    common.map(
      ({ quantity, changePercent }) =>
        `${describePercent(changePercent)} % in ${quantityWords(quantity).what}`,
    ),
  );
  const cells = Math.max(...common.map((one) => one.cells));
  const share =
    common.length === 0
      ? "and fewer than three cells do not show how much of a difference is the machine's"
      : `and the median change of all ${plural(cells, "cell")} is ${changes}: so much of a difference may be the machine's`;
  return `The runs began ${describeSpan(apartMs)} apart, ${share}, because the intervals hold only what differs between repetitions of one run. Believe what a second pair, run in reverse order, confirms.`;
}

/** Returns the verdict in one sentence. */
function describeJudgement(comparison: ExperimentComparison): string {
  if (comparison.verdict === "nothing-compared") return describeNothing(comparison);
  const { regressions, thresholdPercent } = comparison;
  const head = regressions.length === 0 ? "No regression" : plural(regressions.length, "regression");
  return `${head} at a threshold of ${thresholdPercent} %.`;
}

/** Returns how many changes have a say, and how many have none; empty where nothing could be compared. */
function describeCounts(comparison: ExperimentComparison): string {
  if (comparison.verdict === "nothing-compared") return "";
  const { summary } = comparison;
  const { cellsNotComparable: cells } = summary;
  return [
    ...describeCounted(summary),
    ...describeLeftOut(comparison),
    ...(cells === 0 ? [] : [`${plural(cells, "cell")} ${cells === 1 ? "is" : "are"} not comparable.`]),
  ].join(" ");
}

function describeCounted(summary: ExperimentComparison["summary"]): string[] {
  const { counted, beyondThreshold, worse, better, noDifferenceShown, tooWide } = summary;
  const parts = listCounts([
    [beyondThreshold, "surely worse than that"],
    [worse, "worse, but not surely by so much"],
    [better, "better"],
    [noDifferenceShown, "without a difference shown"],
  ]);
  const head = `${plural(counted, "comparison")} ${counted === 1 ? "counts" : "count"}`;
  const wide = `The interval of ${integer(tooWide)} of them is too wide to rule a regression out.`;
  return [`${head}${parts && `: ${parts}`}.`, ...(tooWide === 0 ? [] : [wide])];
}

function describeLeftOut({ summary, repetitionsMin }: ExperimentComparison): string[] {
  const parts = listCounts([
    [summary.inconclusive, "inconclusive"],
    [summary.tooFewRepetitions, `from fewer than ${repetitionsMin} repetitions`],
    [summary.notComparable, "not comparable"],
  ]);
  return parts === "" ? [] : [`Not counted: ${parts}.`];
}

/** Returns "3 better and 1 inconclusive", without the zeros. */
function listCounts(counts: readonly (readonly [count: number, what: string])[]): string {
  return listed(counts.filter(([count]) => count > 0).map(([count, what]) => `${integer(count)} ${what}`));
}

function describeNothing({ cells, repetitionsMin }: ExperimentComparison): string {
  if (cells.length === 0) return "Nothing could be compared: no cell was measured in either experiment.";
  if (!cells.some(({ before, after }) => before !== null && after !== null)) {
    return "Nothing could be compared: the experiments have no cell in common.";
  }
  const reasons = cells.flatMap((cell) => {
    const { obstacle, changes } = cell;
    const name = describeCell(cell);
    if (obstacle !== null) return { name, reason: describeObstacle(cell, obstacle) };
    return changes.map((change) => ({ name, reason: describeNoSay(change, repetitionsMin) }));
  });
  const parts = [...Map.groupBy(reasons, ({ reason }) => reason)].map(
    ([reason, of]) => `${reason} (${abridged([...new Set(of.map(({ name }) => name))])})`,
  );
  const others = parts.length - REASONS_MAX;
  const more = others > 0 ? [`${plural(others, "other reason")} for other cells`] : [];
  return `Nothing could be compared: ${[...parts.slice(0, REASONS_MAX), ...more].join("; ")}.`;
}

/** Reasons that a sentence gives, and cells that it names for each. */
const REASONS_MAX = 3;

/** Returns "a, b, c and 4 more". */
function abridged(names: readonly string[]): string {
  const others = names.length - REASONS_MAX;
  return others <= 0
    ? names.join(", ")
    : `${names.slice(0, REASONS_MAX).join(", ")} and ${integer(others)} more`;
}

const OBSTACLES: Readonly<Record<NonNullable<Change["obstacle"]>, string>> = {
  "not-measured-before": "not measured before",
  "not-measured-after": "not measured after",
  "zero-before": "0 before, and no change is a percentage of that",
};

/** Returns the reason why a change has no say. */
function describeNoSay(change: Change, repetitionsMin: number): string {
  if (change.obstacle !== null) return OBSTACLES[change.obstacle];
  if (change.judgement === "too-few-repetitions") {
    return `fewer than ${repetitionsMin} repetitions that ended well`;
  }
  return `inconclusive, and not counted unless asked: ${describeChangeDoubts(change)}`;
}

/** Returns the rule by which a change is called real, and a regression. */
export function describeComparisonRule(comparison: ExperimentComparison): string[] {
  const { thresholdPercent, countsInconclusive, confidencePercent, repetitionsMin, ratioMin } = comparison;
  return [
    `A change is called better or worse when the ${confidencePercent} % bootstrap interval of the ratio of the medians leaves out 1 and one ` +
      `median is at least ${ratioMin} times the other; from fewer than ${repetitionsMin} repetitions nothing is claimed.`,
    `It is a regression when it is worse and its whole interval is worse than the threshold: below −${thresholdPercent} % for a rate or a ` +
      `count of connections held, above +${thresholdPercent} % for a time or a cost.`,
    "A cell is a regression when it ended worse than before, when repetitions of it failed and none before, and when it is missing.",
    countsInconclusive
      ? "Inconclusive cells count like others."
      : "Inconclusive figures may not be the server's: they are shown and do not count.",
  ];
}
