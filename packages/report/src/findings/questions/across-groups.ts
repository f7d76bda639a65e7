import { CONFIDENCE_PERCENT, REPETITIONS_MIN } from "@c10k-lab/inference";
import type { DoubtReason } from "@c10k-lab/protocol";
import { axisWords, type Column, ratio } from "@c10k-lab/words";
import { claimDifference } from "../../comparison/comparison.ts";
import { isLaddered, waitsOf } from "../../comparison/waits.ts";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { cellsInOrder, type Group, isWhole } from "../../model/group.ts";
import { type Quantity, RESPONSE_MAX, RESPONSE_P99, WALL_TIME } from "../../model/quantities.ts";
import { computeFigures } from "../../model/repetition-figures.ts";
import { describeRatios } from "../../wording/intervals.ts";
import type { Finding, Pair } from "../facts/finding.ts";
import { findChanges } from "./compare.ts";

/** Groups may differ in how connections are accepted: that is compared, and spoils nothing. */
const EXPECTED: readonly DoubtReason[] = ["listen-overflow", "not-held"];

/** One variant under the same load in two groups of a plan. */
interface Twins extends Pair {
  readonly groups: readonly [to: string, from: string];
}

/** Compares each group with the last one: once as submitted, once corrected. Empty where groups share no cell. */
export function findAcrossGroups(groups: readonly Group[]): Finding[] {
  const twins = pairTwins(groups);
  if (twins.length === 0) return [];
  const repeated = lastOfEach(twins, ({ to, from }) => isRepeated(to) && isRepeated(from));
  return [
    ...countTwins(twins),
    ...groups.flatMap(findWaits),
    ...lastOfEach(twins, isCutOff).map(findNotOver),
    ...[RESPONSE_MAX, RESPONSE_P99, WALL_TIME].flatMap((quantity) =>
      findChanges({ expected: EXPECTED }, quantity, repeated),
    ),
  ];
}

/** The kernel counts overflows and the lab cells cut off: counts need no interval. */
function countTwins(twins: readonly Twins[]): Finding[] {
  return [...Map.groupBy(twins, ({ groups }) => groups[0]).values()].map((of): Finding => {
    const [{ groups }] = of as [Twins];
    const sides = [of.map(({ to }) => to), of.map(({ from }) => from)];
    return {
      finding: "groups-counted",
      cells: of.length,
      sides: sides.map((cells, side) => countSide(groups[side] ?? "", cells)),
    };
  });
}

function countSide(group: string, cells: readonly CellFigures[]) {
  return {
    group,
    overflowed: cells.filter(({ listenOverflows }) => (listenOverflows ?? 0) > 0).length,
    cutOff: cells.filter(({ status }) => status === "cut-off").length,
  };
}

/** Finds whether what took long in a group took as long as the kernel waits before it retransmits. */
function findWaits(group: Group): Finding[] {
  if (!isLaddered(group)) return [];
  const waits = waitsOf(group, group.results.repetitions);
  return waits.connections === 0 ? [] : [{ finding: "waits", group: group.name ?? "", waits }];
}

function isRepeated(cell: CellFigures): boolean {
  return isWhole(cell) && cell.used.length >= REPETITIONS_MIN;
}

function isCutOff({ to }: Twins): boolean {
  return to.status === "cut-off" && to.wallMs !== null;
}

/** A repetition that was cut off took longer than the time it was given. */
function findNotOver(twins: Twins): Finding {
  const { to, from } = twins;
  const cutOff = to.repetitions.filter(({ status }) => status === "cut-off");
  const givenMs = Math.min(...cutOff.flatMap((repetition) => computeFigures(repetition).wallMs ?? []));
  const interval = from.status === "cut-off" ? null : intervalOf(from, WALL_TIME.value);
  const timesMin = interval === null ? null : givenMs / interval.high;
  return { finding: "not-over", ...twins, cutOff: cutOff.length, givenMs, timesMin };
}

/** Returns a row for every pair of cells; null where groups share no cell. */
export function tabulateTwins(
  groups: readonly Group[],
): { readonly columns: Column<Twins>[]; readonly rows: Twins[] } | null {
  const rows = pairTwins(groups);
  const [first] = rows;
  if (first === undefined) return null;
  const words = axisWords(first.to.axis);
  const [to, from] = first.groups;
  const columns: Column<Twins>[] = [
    { head: "server", align: "left", cell: (twins) => twins.to.variant },
    { head: words.label, cell: (twins) => words.format(twins.to.axisValue) },
    ...[RESPONSE_P99, RESPONSE_MAX, WALL_TIME].flatMap((quantity): Column<Twins>[] => [
      { head: `${quantity.what}, ${to}, ${quantity.unit}`, cell: (twins) => valueIn(twins.to, quantity) },
      { head: `${from}, ${quantity.unit}`, cell: (twins) => valueIn(twins.from, quantity) },
      {
        head: `ratio (${CONFIDENCE_PERCENT} % interval)`,
        cell: (twins) => describeRatio(twins, quantity),
      },
    ]),
  ];
  return { columns, rows };
}

function valueIn(cell: CellFigures, { value, format }: Quantity): string {
  return isWhole(cell) ? format(value(cell) as number) : cell.status;
}

function describeRatio({ to, from }: Twins, { value }: Quantity): string {
  const difference = isWhole(to) && isWhole(from) ? claimDifference(to, from, value) : null;
  if (difference === null) return "none shown";
  return `${ratio(difference.ratio)} (${describeRatios(difference.interval)})`;
}

function pairTwins(groups: readonly Group[]): Twins[] {
  const base = groups.at(-1);
  if (base === undefined || base.name === null) return [];
  const { name } = base;
  return groups.slice(0, -1).flatMap((group) =>
    cellsInOrder(group).flatMap((to): Twins[] => {
      const from = base.cells.find((cell) => areTwins(cell, to));
      return from === undefined ? [] : [{ to, from, groups: [group.name ?? "", name] }];
    }),
  );
}

/** Times can be compared, and be cut off alike, only for the same number of messages on the same connections. */
function areTwins(a: CellFigures, b: CellFigures): boolean {
  const messages = messagesAsked(a);
  const isSameLoad = a.axisValue === b.axisValue && a.connections === b.connections;
  return a.variant === b.variant && isSameLoad && messages !== null && messages === messagesAsked(b);
}

/** Returns null where a duration was asked for instead, or nothing is known. */
function messagesAsked({ repetitions }: CellFigures): number | null {
  return repetitions.find(({ client }) => client !== null)?.client?.asked.messages ?? null;
}

/** Returns the largest load of each variant for which the predicate holds. */
function lastOfEach(twins: readonly Twins[], holds: (twins: Twins) => boolean): Twins[] {
  const byVariant = Map.groupBy(twins.filter(holds), ({ to, groups }) => `${groups[0]}: ${to.variant}`);
  return [...byVariant.values()].flatMap((of) =>
    of.toSorted((a, b) => a.to.axisValue - b.to.axisValue).slice(-1),
  );
}
