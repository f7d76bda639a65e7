import { type LabResults, SERVERS } from "@c10k-lab/protocol";
import { type CellFigures, figuresOf, isWholeRun } from "./cell-figures.ts";

/** All cells of a run, by variant and load. */
export interface Study {
  readonly results: LabResults;
  /** In the order they were first run. */
  readonly everyCell: readonly CellFigures[];
  /** Those that are compared: of each variant and load the one with the fewest clients. */
  readonly cells: readonly CellFigures[];
  /** What is compared, in the order all tables and legends use. */
  readonly variants: readonly string[];
}

export function studyOf(results: LabResults): Study {
  const everyCell = [...Map.groupBy(results.cells, ({ name }) => name).values()].map(figuresOf);
  const clients = Math.min(...everyCell.map((cell) => cell.clients));
  const cells = everyCell.filter((cell) => cell.clients === clients);
  const ordered = cells.toSorted(
    (a, b) =>
      SERVERS.indexOf(a.server) - SERVERS.indexOf(b.server) || a.variant.localeCompare(b.variant, "en"),
  );
  return { results, everyCell, cells, variants: [...new Set(ordered.map(({ variant }) => variant))] };
}

/** A variant's cells from the smallest load to the largest. */
export function cellsOf(study: Study, variant: string): CellFigures[] {
  return study.cells
    .filter((cell) => cell.variant === variant)
    .toSorted((a, b) => a.connections - b.connections);
}

export function isWhole({ status, cell }: CellFigures): boolean {
  return status === "ok" && isWholeRun(cell);
}

/** The loads of all cells, ascending. */
export function loadsOf(study: Study): number[] {
  return [...new Set(study.cells.map((cell) => cell.connections))].toSorted((a, b) => a - b);
}
