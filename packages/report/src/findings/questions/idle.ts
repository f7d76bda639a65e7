import { claimDifference, compareAtHardest } from "../../comparison/comparison.ts";
import { type Group, isOpenLoop } from "../../model/group.ts";
import {
  CPU_PER_MESSAGE,
  DESCRIPTORS,
  INTENDED_P99,
  MEMORY_PER_CONNECTION,
  type Quantity,
  RATE,
  RESPONSE_P99,
} from "../../model/quantities.ts";
import type { Findings } from "../facts/finding.ts";
import { findScaling } from "./by-load.ts";
import {
  findChanges,
  findLeadsAtHardest,
  findOverflows,
  findShortfalls,
  listValues,
  pairEnds,
  vouchForLedgers,
} from "./compare.ts";

/** Finds the cost of idle connections: the largest number of them against none. */
export function findByIdle(group: Group): Findings {
  const isOpen = isOpenLoop(group);
  const latency = isOpen ? INTENDED_P99 : RESPONSE_P99;
  const variants = group.variants.toSorted((a, b) => rateKept(group, a) - rateKept(group, b));
  const pairs = pairEnds(group, variants);
  const changes = (...compared: readonly Quantity[]) =>
    compared.flatMap((quantity) => findChanges(group, quantity, pairs));
  return {
    answer: [
      // At a fixed rate idle connections cost time and CPU time, not messages.
      ...changes(isOpen ? INTENDED_P99 : RATE),
      ...findLeadsAtHardest(group, isOpen ? latency : RATE),
      ...findLeadsAtHardest(group, CPU_PER_MESSAGE),
      ...(isOpen ? changes(CPU_PER_MESSAGE) : []),
      ...findScaling(group),
    ],
    evidence: [
      ...listValues(group, compareAtHardest(group, DESCRIPTORS, 1), "scanned"),
      ...(isOpen ? [] : changes(CPU_PER_MESSAGE)),
      ...listValues(group, compareAtHardest(group, MEMORY_PER_CONNECTION), "grew by"),
    ],
    details: [
      ...findShortfalls(group),
      ...(isOpen ? [] : changes(RESPONSE_P99)),
      ...findLeadsAtHardest(group, isOpen ? RATE : latency),
      ...findOverflows(group),
      ...vouchForLedgers(group),
    ],
  };
}

/** Returns the share of its rate that a variant keeps, to order by; 1 where no change may be claimed. */
function rateKept(group: Group, variant: string): number {
  const [ends] = pairEnds(group, [variant]);
  return (ends && claimDifference(ends.to, ends.from, RATE.value)?.ratio) ?? 1;
}
