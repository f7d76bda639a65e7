import { CLOSE_REASONS, type CloseReason } from "@c10k-lab/protocol";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Group } from "../model/group.ts";

/** Connections that the limited cells of a variant lack. */
export interface Shortfall {
  readonly variant: string;
  readonly cells: readonly { readonly missing: number; readonly asked: number }[];
  /** Reason the server gave, the same in all these cells; null where it gave none, or several. */
  readonly reason: CloseReason | null;
  /** FD_SETSIZE of the server, where it told it. */
  readonly fdSetsize: number | null;
}

/** Returns a shortfall for each variant that has limited cells. */
export function listShortfalls(group: Group): Shortfall[] {
  return group.variants.flatMap((variant) => {
    const short = cellsOf(group, variant).filter((cell) => cell.status === "limited" && missingIn(cell) > 0);
    if (short.length === 0) return [];
    const reasons = new Set(short.flatMap(reasonsOf));
    const [reason = null] = short.every((cell) => reasonsOf(cell).length === 1) ? reasons : [];
    return [
      {
        variant,
        cells: short.map((cell) => ({ missing: missingIn(cell), asked: cell.connections })),
        reason: reasons.size === 1 ? reason : null,
        fdSetsize: commonFdSetsize(short),
      },
    ];
  });
}

function reasonsOf({ middle }: CellFigures): CloseReason[] {
  return CLOSE_REASONS.filter(
    (reason) => reason.startsWith("refused-") && (middle.final?.closed[reason] ?? 0) > 0,
  );
}

function missingIn({ middle, connections, established }: CellFigures): number {
  const refused = middle.final?.refused ?? 0;
  return refused > 0 ? refused : connections - (established ?? connections);
}

function commonFdSetsize(cells: readonly CellFigures[]): number | null {
  const sizes = new Set(cells.map(({ middle }) => middle.listening?.options.fdSetsize));
  const [size] = sizes;
  return sizes.size === 1 && typeof size === "number" ? size : null;
}
