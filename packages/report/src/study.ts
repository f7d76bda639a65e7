import { type CellResult, type LabResults, SERVERS, type ServerName } from "@c10k-lab/protocol";
import { type CellFigures, figuresOf } from "./cell-figures.ts";

/** All cells of a run, by server and load. */
export interface Study {
  readonly results: LabResults;
  /** In the order they were run. */
  readonly everyCell: readonly CellFigures[];
  /** Those that are compared: of each server and load the one with the fewest clients. */
  readonly cells: readonly CellFigures[];
  /** Those that have a cell, in the order all tables and legends use. */
  readonly servers: readonly ServerName[];
}

export function studyOf(results: LabResults): Study {
  const everyCell = results.cells.map(figuresOf);
  const clients = Math.min(...results.cells.map((cell) => cell.clients));
  const cells = everyCell.filter(({ cell }) => cell.clients === clients);
  const servers = SERVERS.filter((name) => cells.some((cell) => cell.server === name));
  return { results, everyCell, cells, servers };
}

/** A server's cells from the smallest load to the largest. */
export function cellsOf(study: Study, server: ServerName): CellFigures[] {
  return study.cells
    .filter((cell) => cell.server === server)
    .toSorted((a, b) => a.connections - b.connections);
}

/** Only what a cell measured whole, with books that agree, is compared. */
export function isWhole({ cell }: CellFigures): boolean {
  return cell.status === "ok" && !isUnbalanced(cell);
}

export function isUnbalanced(cell: CellResult): boolean {
  return cell.reconciliation !== null && !cell.reconciliation.balanced;
}

/** The loads of all cells, ascending. */
export function loadsOf(study: Study): number[] {
  return [...new Set(study.cells.map((cell) => cell.connections))].toSorted((a, b) => a - b);
}
