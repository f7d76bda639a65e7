import type { CellFigures } from "../../model/cell-figures.ts";
import { type Group, isWhole, listAxisValues } from "../../model/group.ts";

/**
 * The cells of the largest load all servers held whole, for charts that show one load. When there is none, of the
 * largest load any server held.
 */
export function largestLoadCells(group: Group, hasData: (cell: CellFigures) => boolean): CellFigures[] {
  const usable = group.cells.filter((cell) => isWhole(cell) && hasData(cell));
  const at = (load: number) =>
    group.variants.flatMap(
      (variant) => usable.find((one) => one.variant === variant && one.axisValue === load) ?? [],
    );
  const candidates = listAxisValues(group)
    .reverse()
    .map(at)
    .filter((cells) => cells.length > 0);
  return candidates.find((cells) => cells.length === group.variants.length) ?? candidates[0] ?? [];
}
