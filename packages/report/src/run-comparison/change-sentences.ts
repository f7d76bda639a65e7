import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { type CellComparison, type Change, INFINITE, type Percentile } from "@c10k-lab/protocol";
import { MISSING, signed } from "@c10k-lab/words";
import { COMPARED } from "./compared-quantities.ts";

/** "epoll-100: rate changed by −14.2 % (99 % interval −16.1 to −12.0 %; 147,000 → 126,000 messages/s)." */
export function changeSentence({ name }: Pick<CellComparison, "name">, change: Change): string {
  const { what, unit } = COMPARED[change.quantity].quantity;
  const values = `${amountOf(change, change.before)} → ${amountOf(change, change.after)} ${unit}`;
  const interval = `${CONFIDENCE_PERCENT} % interval ${intervalOf(change)} %`;
  const doubt = doubtOf(change);
  const inconclusive = doubt === "" ? "" : ` Inconclusive: ${doubt}.`;
  return `${name}: ${what} changed by ${percentOf(change.changePercent)} % (${interval}; ${values}).${inconclusive}`;
}

/** "client-limit (before and after), busy-host (after)"; empty when nothing is in doubt. */
export function doubtOf({ doubts: { before, after } }: Pick<Change, "doubts">): string {
  const where = (reason: (typeof before)[number]) => {
    if (before.includes(reason) && after.includes(reason)) return "before and after";
    return before.includes(reason) ? "before" : "after";
  };
  return [...new Set([...before, ...after])].map((reason) => `${reason} (${where(reason)})`).join(", ");
}

export function amountOf({ quantity }: Change, amount: Percentile): string {
  return amount === null ? MISSING : COMPARED[quantity].quantity.format(finite(amount));
}

/** With its sign, without the unit. */
export function percentOf(percent: Percentile): string {
  if (percent === null) return MISSING;
  return percent === INFINITE ? "+∞" : signed(percent);
}

export function intervalOf({ intervalPercent: interval }: Change): string {
  return interval === null ? MISSING : `${percentOf(interval.low)} to ${percentOf(interval.high)}`;
}

function finite(amount: number | typeof INFINITE): number {
  return amount === INFINITE ? Number.POSITIVE_INFINITY : amount;
}
