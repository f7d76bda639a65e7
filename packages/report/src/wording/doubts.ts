import { listed } from "@c10k-lab/words";
import { type CellDoubts, hasDoubt } from "../comparison/doubts.ts";

/** More doubtful cells than this are counted, not named. */
const NAMED_MAX = 4;

/** Returns "Inconclusive: epoll-500 (busy-host).", or nothing. */
export function describeCellDoubts(doubts: CellDoubts): string[] {
  const { doubtful, cells } = doubts;
  if (!hasDoubt(doubts)) return [];
  if (doubtful.length > NAMED_MAX) {
    const reasons = [...new Set(doubtful.flatMap((one) => one.doubts))];
    return [`Inconclusive: ${doubtful.length} of these ${cells} cells (${reasons.join(", ")}).`];
  }
  return [`Inconclusive: ${listed(doubtful.map((one) => `${one.name} (${one.doubts.join(", ")})`))}.`];
}
