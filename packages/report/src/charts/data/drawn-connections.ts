import type { CellFigures } from "../../model/cell-figures.ts";
import type { Group } from "../../model/group.ts";
import { canBeRetransmissions, isLaddered, rungOfRow, waitsOf } from "../../waits/waits.ts";
import type { Point } from "../draw/chart.ts";

/** Connections of one repetition of a cell. */
export type Drawn = ReturnType<typeof selectConnections>;

/**
 * Returns those of the median repetition. Where the ladder shows anywhere in the group every connection on a rung is labelled, also of
 * cells whose kernel sent nothing again: they are what it is compared with.
 */
export function selectConnections(group: Group, cell: CellFigures) {
  const waits = waitsOf(group, [cell.middle]);
  const areLabelled = canBeRetransmissions(waits) || isLaddered(group);
  const rows = group.results.connections.get(cell.middle.id) ?? [];
  const dots = rows.flatMap((row): Point[] => {
    if (row.responseMsMean === null) return [];
    // Three digits are enough for a dot, and keep the page small.
    const point = [row.connection, Number(row.responseMsMean.toPrecision(3))] as const;
    const rung = areLabelled ? rungOfRow(row) : null;
    return [rung === null ? point : [...point, rung]];
  });
  // Connections on a rung have a third value.
  return { cell, dots, labelled: dots.filter((point) => point.length === 3), waits };
}
