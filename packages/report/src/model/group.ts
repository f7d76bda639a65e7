import type { Axis, DoubtReason, LabResults, Level, RepetitionResult } from "@c10k-lab/protocol";
import { type CellFigures, isWholeRepetition, summarizeCell } from "./cell-figures.ts";

/** Cells that are compared with each other: a group of an experiment, or all cells of a plan without groups. */
export interface Group {
  /** Results of the whole experiment, other groups included. */
  readonly experiment: LabResults;
  /** Results without the repetitions of other groups. */
  readonly results: LabResults;
  /** Name of the group; null where the plan has no groups. */
  readonly name: string | null;
  readonly axis: Axis;
  /** All cells, in the order they were first run. */
  readonly everyCell: readonly CellFigures[];
  /** Cells that are compared: for each variant and axis value the one with the fewest clients. */
  readonly cells: readonly CellFigures[];
  /** Variants, in the order of all tables and legends. */
  readonly variants: readonly string[];
  /** Reasons for doubt that the plan asks about; they spoil no comparison. */
  readonly expected: readonly DoubtReason[];
}

/** A plan that varies the backlog asks when the accept queue overflows and connections come and go. */
const EXPECTED_OF_BACKLOG: readonly DoubtReason[] = ["listen-overflow", "not-held"];

/** Returns the groups of an experiment in the order of its plan: at least one, which may be empty. */
export function listGroups(experiment: LabResults): Group[] {
  const names = [...new Set(experiment.repetitions.map(({ group }) => group))];
  return (names.length === 0 ? [null] : names).map((name) => makeGroup(experiment, name));
}

function makeGroup(experiment: LabResults, name: string | null): Group {
  const repetitions = experiment.repetitions.filter(({ group }) => group === name);
  const results = { ...experiment, repetitions };
  const everyCell = summarizeCells(repetitions);
  const cells = everyCell.filter((cell) => cell.clients === fewestClients(everyCell, cell));
  const ordered = cells.toSorted(tableOrder(serverNames([experiment])));
  const variants = [...new Set(ordered.map(({ variant }) => variant))];
  const axis = cells[0]?.axis ?? "connections";
  const expected = axis === "backlog" ? EXPECTED_OF_BACKLOG : [];
  return { experiment, results, name, axis, everyCell, cells, variants, expected };
}

function fewestClients(cells: readonly CellFigures[], { variant, axisValue }: CellFigures): number {
  const same = cells.filter((cell) => cell.variant === variant && cell.axisValue === axisValue);
  return Math.min(...same.map(({ clients }) => clients));
}

/** Returns the servers of all experiments, each once, in the order of the manifest that has most. */
export function serverNames(experiments: readonly Pick<LabResults, "manifest">[]): string[] {
  const lists = experiments.map(({ manifest }) => manifest.servers.map(({ name }) => name));
  return [...new Set(lists.toSorted((a, b) => b.length - a.length).flat())];
}

/**
 * Returns the order of rows: by server, variant, axis value, number of clients.
 *
 * @param servers in order; a server that is not among them comes last
 */
export function tableOrder(servers: readonly string[]): (a: CellFigures, b: CellFigures) => number {
  const rankOf = ({ server }: CellFigures) =>
    servers.includes(server) ? servers.indexOf(server) : servers.length;
  return (a, b) =>
    rankOf(a) - rankOf(b) ||
    a.variant.localeCompare(b.variant, "en", { numeric: true }) ||
    a.axisValue - b.axisValue ||
    a.clients - b.clients;
}

/** Returns every cell with all its repetitions, in the order they were first run. */
export function summarizeCells(repetitions: readonly RepetitionResult[]): CellFigures[] {
  return [...Map.groupBy(repetitions, ({ cell }) => cell).values()].map(summarizeCell);
}

/** Returns a variant's cells by ascending axis value. */
export function cellsOf(group: Group, variant: string): CellFigures[] {
  return group.cells.filter((cell) => cell.variant === variant).toSorted((a, b) => a.axisValue - b.axisValue);
}

/** Returns all cells, variant by variant. */
export function cellsInOrder(group: Group): CellFigures[] {
  return group.variants.flatMap((variant) => cellsOf(group, variant));
}

/** Returns the cells at one axis value, a variant each. */
export function cellsAt(
  { variants, cells }: Pick<Group, "variants" | "cells">,
  axisValue: number,
): CellFigures[] {
  return variants.flatMap(
    (variant) => cells.find((cell) => cell.variant === variant && cell.axisValue === axisValue) ?? [],
  );
}

export function isWhole({ status, middle }: CellFigures): boolean {
  return status === "ok" && isWholeRepetition(middle);
}

/** Returns the status of a cell that is not whole, or that its ledgers differ. */
export function describeFate({ status }: CellFigures): string {
  return status === "ok" ? "the ledgers differ" : status;
}

/** Returns the values that findings are about, of all variants and loads. */
export function levelsOf({ name, experiment }: Group): Level[] {
  return experiment.findings?.levels.filter(({ group }) => group === name) ?? [];
}

/** Returns the axis values of all cells, ascending. */
export function listAxisValues({ cells }: Pick<Group, "cells">): number[] {
  return [...new Set(cells.map(({ axisValue }) => axisValue))].toSorted((a, b) => a - b);
}

/** Returns whether the plan compares options of one server, not architectures. */
export function isAblation({ cells, variants }: Group): boolean {
  return new Set(cells.map(({ server }) => server)).size < variants.length;
}

/** The lab looked what the connections cost while all of them were open. */
export function hasConnectionCosts({ cells }: Pick<Group, "cells">): boolean {
  return cells.some(({ middle }) => middle.evidence.held);
}

/** Messages were due at a fixed rate. */
export function isOpenLoop({ cells }: Pick<Group, "cells">): boolean {
  return cells.some(({ latency }) => latency.intended.p99 !== null);
}
