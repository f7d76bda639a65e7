import type { Effect } from "@c10k-lab/inference";
import type { Doubt, FindingQuantity } from "@c10k-lab/protocol";

/** Quantities that others' work and stolen time change by the share of the core that they took. */
const OF_CORE: readonly FindingQuantity[] = ["cost", "rate", "wall-time"];

/**
 * Returns whether a doubt could turn an effect into none. What another process or the client did has a size, and one that
 * explains 5 % does not void a factor of 11.
 */
export function canExplain(doubt: Doubt, quantity: FindingQuantity, { low, high }: Effect): boolean {
  const distance = Math.max(Math.log(low), -Math.log(high));
  // An interval that holds 1 shows nothing that a doubt could void.
  return !(distance > 0) || Math.log(explainedFactor(doubt, quantity)) >= distance;
}

/** Returns the factor by which a doubt can have changed a figure, at most; Infinity where that is not known. */
function explainedFactor(doubt: Doubt, quantity: FindingQuantity): number {
  switch (doubt.reason) {
    case "stolen":
    case "busy-host":
      return OF_CORE.includes(quantity) ? factorOf(doubt.percent / 100) : Number.POSITIVE_INFINITY;
    case "loop-lag":
      return quantity === "p99" ? factorOf(doubt.turnP99Us / doubt.responseP99Us) : Number.POSITIVE_INFINITY;
    case "send-lag":
      return quantity === "p99" ? factorOf(doubt.lagP99Us / doubt.intendedP99Us) : Number.POSITIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** Returns the factor that a share of the whole explains. */
function factorOf(share: number): number {
  return share < 1 ? 1 / (1 - share) : Number.POSITIVE_INFINITY;
}
