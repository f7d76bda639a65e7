import type { DoubtReason } from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import type { Group } from "../model/group.ts";

/** Cells of a claim whose figures may not be the server's. */
export interface CellDoubts {
  readonly doubtful: readonly { readonly name: string; readonly doubts: readonly DoubtReason[] }[];
  /** Number of cells that the claim rests on. */
  readonly cells: number;
}

/**
 * Collects the doubts about some cells, without those that the plan asks about.
 *
 * @param ignored reasons that do not spoil the quantity
 */
export function collectDoubts(
  { expected }: Pick<Group, "expected">,
  all: readonly CellFigures[],
  ignored: readonly DoubtReason[] = [],
): CellDoubts {
  const cells = [...new Set(all)];
  const doubtful = cells.flatMap(({ name, doubts: every }) => {
    const doubts = every.filter((doubt) => !expected.includes(doubt) && !ignored.includes(doubt));
    return doubts.length === 0 ? [] : [{ name, doubts }];
  });
  return { doubtful, cells: cells.length };
}

export function hasDoubt({ doubtful }: CellDoubts): boolean {
  return doubtful.length > 0;
}
