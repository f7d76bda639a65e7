import { median } from "@c10k-lab/inference";
import type { CellComparison, ComparedQuantity, Drift, Manifest } from "@c10k-lab/protocol";

/** Quantities by which a machine shows that it became slower: those of every plan. */
const SHOWN_BY: readonly ComparedQuantity[] = ["cpu", "rate"];
/** Least number of cells whose change is common. */
const CELLS_MIN = 3;

/**
 * Returns what may have changed between two experiments whatever was compared: the time between their starts, and the
 * median change of all cells. A slower machine changes all of them; so does a change of what all servers share.
 */
export function findDrift(
  before: Pick<Manifest, "startedAt">,
  after: Pick<Manifest, "startedAt">,
  cells: readonly Pick<CellComparison, "changes">[],
): Drift {
  const changes = cells.flatMap((cell) => cell.changes);
  const common = SHOWN_BY.flatMap((quantity) => {
    const percents = changes
      .filter((change) => change.quantity === quantity)
      .flatMap(({ changePercent }) => (typeof changePercent === "number" ? [changePercent] : []));
    const changePercent = median(percents);
    return percents.length < CELLS_MIN || changePercent === null
      ? []
      : [{ quantity, cells: percents.length, changePercent }];
  });
  return { apartMs: Math.abs(Date.parse(after.startedAt) - Date.parse(before.startedAt)), common };
}
