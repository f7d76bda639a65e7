import type { ClientFigures, Truth } from "../processes/client-figures.ts";
import { DELAY } from "../processes/delay.ts";
import { listMissedTargets } from "./client-targets.ts";
import type { Cell, Verdict } from "./comparison.ts";
import { computeRatios, medianOf, type Pair, type SideNames } from "./pairs.ts";

/** Largest distance from 1 of the ratio of two medians. */
const TOLERANCE_PERCENT = 5;

/** Figures that must agree. The share of a core is a client's own and may differ. */
const JUDGED = [
  ["rate", "messagesPerSecond"],
  ["p50", "p50Us"],
  ["p90", "p90Us"],
  ["p99", "p99Us"],
] as const satisfies [string, keyof ClientFigures][];

/**
 * Judges whether the clients agree with each other and with the truth where it is known, and whether the load client
 * reaches its targets on a real server. A cell without pairs does not agree.
 */
export function judgeClients(cells: readonly Cell<ClientFigures>[], truth: Truth, sides: SideNames): Verdict {
  const faults = cells.flatMap((cell) => {
    const { connections, pairs } = cell;
    const apart = pairs.length === 0 ? ["no pair was measured"] : listFaults(cell, truth, sides);
    return apart.length === 0
      ? []
      : ` With ${connections.toLocaleString("en-US")} connections: ${apart.join(", ")}.`;
  });
  const all = describeVerdict(cells, faults.length === 0);
  return { agrees: faults.length === 0, words: all + faults.join("") };
}

function describeVerdict(cells: readonly Cell<ClientFigures>[], isWithin: boolean): string {
  const hasTargets = cells.some(({ server }) => server !== DELAY);
  const targets = hasTargets ? ` or reach their target` : "";
  return `${isWithin ? "All" : "Not all"} medians agree within ${TOLERANCE_PERCENT} %${targets}.`;
}

function listFaults(cell: Cell<ClientFigures>, truth: Truth, sides: SideNames): string[] {
  return cell.server === DELAY ? listDisagreements(cell.pairs, truth, sides) : listMissedTargets(cell);
}

function listDisagreements(pairs: readonly Pair<ClientFigures>[], truth: Truth, sides: SideNames): string[] {
  return JUDGED.flatMap(([label, figure]) =>
    compareMedians(pairs, figure, truth[figure], sides)
      .filter(([, ratio]) => !(Math.abs(ratio - 1) * 100 <= TOLERANCE_PERCENT))
      .map(([names, ratio]) => `${label} ${names} ${ratio.toFixed(3)}`),
  );
}

function compareMedians(
  pairs: readonly Pair<ClientFigures>[],
  figure: keyof ClientFigures,
  truth: number | undefined,
  { first, second }: SideNames,
): [names: string, ratio: number][] {
  const each: [string, number] = [`${second}/${first}`, computeRatios(pairs, figure).median];
  if (truth === undefined) return [each];
  return [
    [`${first}/truth`, medianOf(pairs, "first", figure) / truth],
    [`${second}/truth`, medianOf(pairs, "second", figure) / truth],
    each,
  ];
}
