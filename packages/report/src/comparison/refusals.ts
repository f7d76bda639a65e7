import { CLOSE_REASONS, type CloseReason } from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Group } from "../model/group.ts";

/** Connections that the limited cells of a variant lack. */
export type Shortfall = ReturnType<typeof listShortfalls>[number];

/** Returns a shortfall for each variant that has limited cells. */
export function listShortfalls(group: Group) {
  return group.variants.flatMap((variant) => {
    const short = cellsOf(group, variant).filter(
      (cell) => cell.status === "limited" && countMissing(cell) > 0,
    );
    if (short.length === 0) return [];
    const reasons = short.map(listReasons);
    const [reason = null, ...others] = new Set(reasons.flat());
    const isCommon = others.length === 0 && reasons.every(({ length }) => length === 1);
    return {
      variant,
      cells: short.map((cell) => ({ missing: countMissing(cell), asked: cell.connections })),
      /** Reason the server gave, the same in all these cells; null where it gave none, or several. */
      reason: isCommon ? reason : null,
      /** FD_SETSIZE of the server, where it told it. */
      fdSetsize: commonFdSetsize(short),
    };
  });
}

function listReasons({ middle }: CellFigures): CloseReason[] {
  return CLOSE_REASONS.filter(
    (reason) => reason.startsWith("refused-") && (middle.final?.closed[reason] ?? 0) > 0,
  );
}

function countMissing({ middle, connections, established }: CellFigures): number {
  const refused = middle.final?.refused ?? 0;
  return refused > 0 ? refused : connections - (established ?? connections);
}

function commonFdSetsize(cells: readonly CellFigures[]): number | null {
  const sizes = new Set(cells.map(({ middle }) => middle.listening?.options.fdSetsize));
  const [size] = sizes;
  return sizes.size === 1 && typeof size === "number" ? size : null;
}
