import type { ClientFigures } from "../processes/client-figures.ts";
import type { Cell } from "./comparison.ts";
import { computeRatios, hasFigure } from "./pairs.ts";

interface Target {
  readonly label: string;
  readonly figure: keyof ClientFigures;
  readonly bound: "least" | "most";
  readonly ratio: number;
}

/** Largest ratios of the load client's median time to that of the client in C: open loop, below the limit of both. */
const OPEN_LOOP: readonly Target[] = [
  { label: "p50", figure: "p50Us", bound: "most", ratio: 1.2 },
  { label: "p99", figure: "p99Us", bound: "most", ratio: 1.5 },
  { label: "p99.9", figure: "p999Us", bound: "most", ratio: 2 },
  { label: "intended p50", figure: "intendedP50Us", bound: "most", ratio: 1.2 },
  { label: "intended p99", figure: "intendedP99Us", bound: "most", ratio: 1.5 },
  { label: "intended p99.9", figure: "intendedP999Us", bound: "most", ratio: 2 },
];

/** Smallest ratio of the rates in a closed loop, where the client is at its limit. */
const CLOSED_LOOP: readonly Target[] = [
  { label: "rate", figure: "messagesPerSecond", bound: "least", ratio: 0.95 },
];

/** Returns the target of a figure in words; "" when it has none. */
export function formatTarget(cell: Cell<ClientFigures>, figure: keyof ClientFigures): string {
  const target = targetsOf(cell).find((each) => each.figure === figure);
  return target === undefined ? "" : `${target.bound === "most" ? "≤" : "≥"} ${target.ratio.toFixed(2)}`;
}

/** Lists the targets that the median ratios miss, with the ratio. */
export function listMissedTargets(cell: Cell<ClientFigures>): string[] {
  const { pairs } = cell;
  return targetsOf(cell).flatMap((target) => {
    const ratio = hasFigure(pairs, target.figure) ? computeRatios(pairs, target.figure).median : Number.NaN;
    const isMet = target.bound === "most" ? ratio <= target.ratio : ratio >= target.ratio;
    return isMet ? [] : [`${target.label} ${ratio.toFixed(2)} (${formatTarget(cell, target.figure)})`];
  });
}

function targetsOf({ ratePerSecond }: Cell<ClientFigures>): readonly Target[] {
  return ratePerSecond === undefined ? CLOSED_LOOP : OPEN_LOOP;
}
