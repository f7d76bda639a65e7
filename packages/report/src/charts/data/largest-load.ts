import type { CellFigures } from "../../model/cell-figures.ts";
import { cellsAt, type Group, isWhole, listAxisValues } from "../../model/group.ts";

/**
 * The cells of the largest load all servers held whole, for charts that show one load. When there is none, of the
 * largest load any server held.
 */
export function largestLoadCells(group: Group, hasData: (cell: CellFigures) => boolean): CellFigures[] {
  const cells = group.cells.filter((cell) => isWhole(cell) && hasData(cell));
  const candidates = listAxisValues({ cells })
    .reverse()
    .map((load) => cellsAt({ ...group, cells }, load));
  return candidates.find(({ length }) => length === group.variants.length) ?? candidates[0] ?? [];
}
