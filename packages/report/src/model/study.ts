import { type Axis, type CellResult, type DoubtReason, type LabResults, SERVERS } from "@c10k-lab/protocol";
import { type CellFigures, figuresOf, isWholeRun } from "./cell-figures.ts";
import { wordsOf } from "./place.ts";

/** What is compared with each other: all cells of a run, or of one group of it, by variant and place on the axis. */
export interface Study {
  /** The whole run, other groups included. */
  readonly run: LabResults;
  /** Without the cells of other groups. */
  readonly results: LabResults;
  /** null where the plan has no groups. */
  readonly group: string | null;
  readonly axis: Axis;
  /** In the order they were first run. */
  readonly everyCell: readonly CellFigures[];
  /** Those that are compared: of each variant and place the one with the fewest clients. */
  readonly cells: readonly CellFigures[];
  /** What is compared, in the order all tables and legends use. */
  readonly variants: readonly string[];
  /** Reasons for doubt that are what the study looks for. */
  readonly expected: readonly DoubtReason[];
}

/** Where the accept queue is what varies, that it overflows, and that connections then come and go, is the result. */
const EXPECTED_OF_BACKLOG: readonly DoubtReason[] = ["listen-overflow", "not-held"];

/** A study for each group of a run, in the order of the plan. */
export function studiesOf(results: LabResults): Study[] {
  const groups = [...new Set(results.cells.map(({ group }) => group))];
  if (groups.length === 0) return [studyOf(results, null)];
  return groups.map((group) => studyOf(results, group));
}

function studyOf(all: LabResults, group: string | null): Study {
  const results = { ...all, cells: all.cells.filter((cell) => cell.group === group) };
  const everyCell = everyCellOf(results.cells);
  const cells = everyCell.filter((cell) => cell.clients === fewestClients(everyCell, cell));
  const variants = [...new Set(cells.toSorted(inTableOrder).map(({ variant }) => variant))];
  const axis = cells[0]?.axis ?? "connections";
  const expected = axis === "backlog" ? EXPECTED_OF_BACKLOG : [];
  return { run: all, results, group, axis, everyCell, cells, variants, expected };
}

function fewestClients(cells: readonly CellFigures[], { variant, x }: CellFigures): number {
  const same = cells.filter((cell) => cell.variant === variant && cell.x === x);
  return Math.min(...same.map(({ clients }) => clients));
}

/** Of the rows of a group: by variant, and of one variant from the smallest place on the axis to the largest. */
export function inTableOrder(a: CellFigures, b: CellFigures): number {
  return (
    SERVERS.indexOf(a.server) - SERVERS.indexOf(b.server) ||
    a.variant.localeCompare(b.variant, "en", { numeric: true }) ||
    a.x - b.x ||
    a.clients - b.clients
  );
}

/** Every cell, each with all its runs, in the order they were first run. */
export function everyCellOf(cells: readonly CellResult[]): CellFigures[] {
  return [...Map.groupBy(cells, ({ name }) => name).values()].map(figuresOf);
}

/** A variant's cells from the smallest place on the axis to the largest. */
export function cellsOf(study: Study, variant: string): CellFigures[] {
  return study.cells.filter((cell) => cell.variant === variant).toSorted((a, b) => a.x - b.x);
}

export function isWhole({ status, cell }: CellFigures): boolean {
  return status === "ok" && isWholeRun(cell);
}

/** Of a cell that is not whole: what became of it. Of one that was cut short the ledgers cannot balance. */
export function fateOf({ status }: CellFigures): string {
  return status === "ok" ? "ledgers do not balance" : status;
}

/** The places of all cells, ascending. */
export function placesOf(study: Study): number[] {
  return [...new Set(study.cells.map(({ x }) => x))].toSorted((a, b) => a - b);
}

/**
 * One server under several sets of options: what is asked is what an option changes, not where a server stops scaling.
 */
export function isAblation({ cells, variants }: Study): boolean {
  return new Set(cells.map(({ server }) => server)).size < variants.length;
}

/** Messages were due at a rate, whatever came back. */
export function isOpenLoop({ cells }: Pick<Study, "cells">): boolean {
  return cells.some(({ latency }) => latency.intended.p99 !== null);
}

/** More and more of what is varied is asked of each server, and the question is where it stops scaling. */
export function isAboutScaling(study: Study): boolean {
  const isSearch = study.run.capacity !== null;
  return study.cells.length > 0 && wordsOf(study.axis).isLoad && !isAblation(study) && !isSearch;
}
