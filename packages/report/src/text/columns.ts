import type { Axis } from "@c10k-lab/protocol";
import { axisWords, type Column } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";

/** First column of every table of cells. */
export const SERVER: Column<CellFigures> = { head: "server", align: "left", cell: ({ variant }) => variant };

export function axisColumn(axis: Axis): Column<CellFigures> {
  const { label, format } = axisWords(axis);
  return { head: label, cell: ({ axisValue }) => format(axisValue) };
}
