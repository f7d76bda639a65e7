import type { CellFigures } from "../../model/cell-figures.ts";
import { isWhole, placesOf, type Study } from "../../model/study.ts";

/**
 * The cells of the largest load all servers held whole, for charts that show one load. When there is none, of the
 * largest load any server held.
 */
export function largestLoadCells(study: Study, hasData: (cell: CellFigures) => boolean): CellFigures[] {
  const usable = study.cells.filter((cell) => isWhole(cell) && hasData(cell));
  const at = (load: number) =>
    study.variants.flatMap(
      (variant) => usable.find((one) => one.variant === variant && one.x === load) ?? [],
    );
  const candidates = placesOf(study)
    .reverse()
    .map(at)
    .filter((cells) => cells.length > 0);
  return candidates.find((cells) => cells.length === study.variants.length) ?? candidates[0] ?? [];
}
