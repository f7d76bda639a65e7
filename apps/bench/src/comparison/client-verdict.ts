import type { ClientFigures, Truth } from "../processes/client-figures.ts";
import type { Cell, Verdict } from "./comparison.ts";
import { medianOf, type Pair, ratios, type SideNames } from "./pairs.ts";

/** So far from 1 the ratio of two medians may be. */
const TOLERANCE_PERCENT = 5;

/** What a client uses of its core is its own: there is nothing to agree about. */
const JUDGED = [
  ["rate", "messagesPerSecond"],
  ["p50", "p50Us"],
  ["p90", "p90Us"],
  ["p99", "p99Us"],
] as const satisfies [string, keyof ClientFigures][];

/** Whether the clients agree with each other and with the truth. A cell without pairs agrees with nothing. */
export function judgeClients(cells: readonly Cell<ClientFigures>[], truth: Truth, sides: SideNames): Verdict {
  const faults = cells.flatMap(({ connections, pairs }) => {
    const apart = pairs.length === 0 ? ["no pair to judge by"] : disagreements(pairs, truth, sides);
    return apart.length === 0
      ? []
      : ` With ${connections.toLocaleString("en-US")} connections: ${apart.join(", ")}.`;
  });
  const all = `${faults.length === 0 ? "All" : "Not all"} medians agree within ${TOLERANCE_PERCENT} %.`;
  return { agrees: faults.length === 0, words: all + faults.join("") };
}

function disagreements(pairs: readonly Pair<ClientFigures>[], truth: Truth, sides: SideNames): string[] {
  return JUDGED.flatMap(([label, figure]) =>
    comparisons(pairs, figure, truth[figure], sides)
      .filter(([, ratio]) => !(Math.abs(ratio - 1) * 100 <= TOLERANCE_PERCENT))
      .map(([names, ratio]) => `${label} ${names} ${ratio.toFixed(3)}`),
  );
}

function comparisons(
  pairs: readonly Pair<ClientFigures>[],
  figure: keyof ClientFigures,
  known: number | undefined,
  { first, second }: SideNames,
): [names: string, ratio: number][] {
  const each: [string, number] = [`${second}/${first}`, ratios(pairs, figure).median];
  if (known === undefined) return [each];
  return [
    [`${first}/truth`, medianOf(pairs, "first", figure) / known],
    [`${second}/truth`, medianOf(pairs, "second", figure) / known],
    each,
  ];
}
