import { ratioInterval } from "@c10k-lab/inference";
import { compareAtHardest } from "../../comparison/comparison.ts";
import { collectDoubts } from "../../comparison/doubts.ts";
import { type Degradation, firstDegradation, isSure } from "../../comparison/scaling.ts";
import { valuesOf } from "../../model/cell-figures.ts";
import { cellsOf, type Group, isOpenLoop, isWhole } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import * as quantities from "../../model/quantities.ts";
import type { Finding, Findings } from "../facts/finding.ts";
import { findLeadsAtHardest, findOverflows, findShortfalls, listValues, vouchForLedgers } from "./compare.ts";

/** Finds which server stopped scaling first as the load rose, and where the others did. */
export function findByLoad(group: Group): Findings {
  const { SWITCHES, CPU_PER_MESSAGE, MEMORY_PER_CONNECTION } = quantities;
  return {
    answer: findScaling(group),
    evidence: [
      ...listValues(group, compareAtHardest(group, SWITCHES), "switched context"),
      ...listValues(group, compareAtHardest(group, CPU_PER_MESSAGE), "used"),
      ...listValues(group, compareAtHardest(group, MEMORY_PER_CONNECTION), "grew by"),
    ],
    details: [
      ...findShortfalls(group),
      ...(group.axis === "connections"
        ? group.variants.flatMap((variant) => findRateKept(group, variant))
        : []),
      ...comparedIn(group).flatMap((quantity) => findLeadsAtHardest(group, quantity)),
      ...findOverflows(group),
      ...vouchForLedgers(group),
    ],
  };
}

function comparedIn(group: Group): readonly Quantity[] {
  const { RATE, RESPONSE_P99, INTENDED_P99, CONNECTION_RATE, CONNECT_P99, FIRST_RESPONSE_P99 } = quantities;
  if (group.axis === "connect-rate") return [CONNECTION_RATE, CONNECT_P99, FIRST_RESPONSE_P99];
  return [RATE, isOpenLoop(group) ? INTENDED_P99 : RESPONSE_P99];
}

/** Returns at least one finding: that nothing was measured is one, too. */
export function findScaling(group: Group): Finding[] {
  if (group.cells.length === 0) return [{ finding: "nothing-measured" }];
  const degradations = group.variants
    .flatMap((variant) => firstDegradation(group, variant) ?? [])
    .toSorted((a, b) => a.cell.axisValue - b.cell.axisValue);
  const first = degradations.filter(({ cell }) => cell.axisValue === degradations[0]?.cell.axisValue);
  const together = first.map(({ cell }) => cell);
  const answer: Finding[] = [
    // Servers that stop at the same load cannot be put in an order.
    ...(together.length < 2
      ? []
      : [{ finding: "stopped-together", cells: together, isSure: first.every(isSure) } as const]),
    ...degradations.map((one): Finding => {
      const isFirst = group.variants.length > 1 && first.length === 1 && first[0] === one;
      return { finding: "stopped", ...one, isSure: isSure(one), isFirst, doubts: doubtsAbout(one) };
    }),
    ...findHeld(group, degradations),
  ];
  return answer.length > 0 ? answer : [{ finding: "nothing-whole" }];
}

/** A cell that did not end ok is a result in itself, whatever its doubts. */
function doubtsAbout({ cell }: Degradation): ReturnType<typeof collectDoubts> {
  return collectDoubts({ expected: [] }, cell.status === "ok" ? [cell] : []);
}

function findHeld(group: Group, degradations: readonly Degradation[]): Finding[] {
  const largest = group.variants.flatMap((variant) => {
    const isStopped = degradations.some(({ cell }) => cell.variant === variant);
    return isStopped ? [] : (cellsOf(group, variant).filter(isWhole).at(-1) ?? []);
  });
  const byLoad = Map.groupBy(largest, ({ axisValue }) => axisValue);
  return [...byLoad.values()].map((cells) => ({ finding: "kept-scaling", cells }));
}

/** Finds how much of its best rate a server has at the largest load it held whole. */
function findRateKept(group: Group, variant: string): Finding[] {
  const rateOf = (figures: { messagesPerSecond: number | null }) => figures.messagesPerSecond ?? 0;
  const cells = cellsOf(group, variant).filter((cell) => isWhole(cell) && rateOf(cell) > 0);
  const [smallest, last] = [cells[0], cells.at(-1)];
  if (smallest === undefined || last === undefined || cells.length < 2) return [];
  const best = cells.reduce((a, b) => (rateOf(b) > rateOf(a) ? b : a));
  const share = rateOf(last) / rateOf(best);
  const { value } = quantities.RATE;
  const interval = ratioInterval(valuesOf(last, value), valuesOf(best, value));
  const doubts = collectDoubts(group, [best, last]);
  return [{ finding: "rate-kept", smallest, best, last, share, interval, doubts }];
}
