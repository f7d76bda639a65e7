import type { RepetitionResult } from "@c10k-lab/protocol";
import { countedSlices } from "./slice-values.ts";

/** Repetitions of one variant at one axis value that count. */
export interface MeasuredCell {
  readonly variant: string;
  readonly group: string | null;
  readonly axisValue: number;
  readonly repetitions: readonly RepetitionResult[];
}

/** Returns the groups of an experiment, in the order they were begun. */
export function listGroups(repetitions: readonly RepetitionResult[]): RepetitionResult[][] {
  return [...Map.groupBy(repetitions, ({ group }) => group).values()];
}

/** Returns whether the lab directed the load of a group, and measured it slice by slice. */
export function isSliced(group: readonly RepetitionResult[]): boolean {
  return group.some(({ slices }) => slices.length > 0);
}

/** Returns the cells whose values count, by variant in the order they were begun, and by ascending axis value. */
export function countedCells(group: readonly RepetitionResult[]): MeasuredCell[] {
  const counts = isSliced(group) ? hasSlices : isWhole;
  return cellsOf(group.filter(counts));
}

/** Returns all cells by ascending axis value. Of cells that differ in their clients only, those with the fewest count. */
export function cellsOf(group: readonly RepetitionResult[]): MeasuredCell[] {
  const fewest = group.filter((one) => one.clients === fewestClients(group, one));
  return [...Map.groupBy(fewest, ({ cell }) => cell).values()]
    .flatMap((repetitions): MeasuredCell[] => {
      const [first] = repetitions;
      return first ? [{ ...placeOf(first), repetitions }] : [];
    })
    .toSorted((a, b) => a.axisValue - b.axisValue);
}

function placeOf({ variant, group, axisValue }: RepetitionResult): Omit<MeasuredCell, "repetitions"> {
  return { variant, group, axisValue };
}

function fewestClients(group: readonly RepetitionResult[], { variant, axisValue }: RepetitionResult): number {
  const same = group.filter((one) => one.variant === variant && one.axisValue === axisValue);
  return Math.min(...same.map(({ clients }) => clients));
}

/** Returns whether slices count. A server that failed served a part of the load only. */
function hasSlices(repetition: RepetitionResult): boolean {
  return repetition.status !== "failed" && countedSlices(repetition).size > 0;
}

/** Returns whether a repetition ended well with ledgers that agree: only such are compared. */
function isWhole({ status, reconciliation }: RepetitionResult): boolean {
  return status === "ok" && (reconciliation === null || reconciliation.balanced);
}
