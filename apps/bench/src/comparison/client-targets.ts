import type { ClientFigures } from "../processes/client-figures.ts";
import type { Cell } from "./comparison.ts";
import { findMissed, formatTarget, type Target } from "./targets.ts";

/** Largest ratios of the load client's median time to that of the client in C: open loop, below the limit of both. */
const OPEN_LOOP: readonly Target<keyof ClientFigures>[] = [
  { label: "p50", figure: "p50Us", bound: "most", ratio: 1.2 },
  { label: "p99", figure: "p99Us", bound: "most", ratio: 1.5 },
  { label: "p99.9", figure: "p999Us", bound: "most", ratio: 2 },
  { label: "intended p50", figure: "intendedP50Us", bound: "most", ratio: 1.2 },
  { label: "intended p99", figure: "intendedP99Us", bound: "most", ratio: 1.5 },
  { label: "intended p99.9", figure: "intendedP999Us", bound: "most", ratio: 2 },
];

/** Smallest ratio of the rates in a closed loop, where the client is at its limit. */
const CLOSED_LOOP: readonly Target<keyof ClientFigures>[] = [
  { label: "rate", figure: "messagesPerSecond", bound: "least", ratio: 0.95 },
];

/** Lists the targets that the median ratios miss, with the ratio. */
export function listMissedTargets(cell: Cell<ClientFigures>): string[] {
  const targets = targetsOf(cell);
  return findMissed(targets, cell.pairs).map(
    ({ label, figure, median }) => `${label} ${median.toFixed(2)} (${formatTarget(targets, figure)})`,
  );
}

/** Returns the targets of a cell: of the times in an open loop, of the rate in a closed one. */
export function targetsOf({ ratePerSecond }: Cell<ClientFigures>): readonly Target<keyof ClientFigures>[] {
  return ratePerSecond === undefined ? CLOSED_LOOP : OPEN_LOOP;
}
