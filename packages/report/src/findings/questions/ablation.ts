import { behindIn, type Comparison, compareAt, leadOver } from "../../comparison/comparison.ts";
import { collectDoubts, hasDoubt } from "../../comparison/doubts.ts";
import { type Group, listAxisValues } from "../../model/group.ts";
import {
  CPU_PER_MESSAGE,
  FIRST_RESPONSE_P99,
  MEMORY_PER_CONNECTION,
  type Quantity,
  RATE,
  RESPONSE_P99,
} from "../../model/quantities.ts";
import type { Finding, Findings } from "../facts/finding.ts";
import { findLeads, findOverflows, findShortfalls, vouchForLedgers } from "./compare.ts";

const COMPARED: readonly Quantity[] = [
  RATE,
  RESPONSE_P99,
  FIRST_RESPONSE_P99,
  CPU_PER_MESSAGE,
  MEMORY_PER_CONNECTION,
];

/** Finds what an option changes: compares the variants of each server at every axis value. */
export function findByOption(group: Group): Findings {
  const all = splitByServer(group).flatMap((part) =>
    listAxisValues(group).map((axisValue) =>
      COMPARED.map((quantity) => compareAt(part, quantity, axisValue)),
    ),
  );
  const real = all
    .flatMap((there) => there.filter(isReal))
    // The certain differences come first, the largest of them at the top.
    .toSorted((a, b) => countDoubts(group, a) - countDoubts(group, b) || sizeOf(b) - sizeOf(a))
    .flatMap((one) => findLeads(group, one));
  const none = all.flatMap((there) => findUnaffected(group, there));
  return {
    answer: real.length > 0 ? real.slice(0, 2) : none,
    evidence: [],
    details: [
      ...findShortfalls(group),
      ...(real.length > 0 ? [...real.slice(2), ...none] : []),
      ...findOverflows(group),
      ...vouchForLedgers(group),
    ],
  };
}

/** Returns a part of the group for each server that has several variants. */
function splitByServer(group: Group): Group[] {
  const servers = [...new Set(group.cells.map(({ server }) => server))];
  return servers.flatMap((server) => {
    const isOf = (variant: string) =>
      group.cells.some((cell) => cell.variant === variant && cell.server === server);
    const variants = group.variants.filter(isOf);
    return variants.length < 2 ? [] : [{ ...group, variants }];
  });
}

function isReal(comparison: Comparison): boolean {
  return behindIn(comparison).length > 0;
}

function countDoubts(group: Group, { ranked }: Comparison): number {
  return Number(hasDoubt(collectDoubts(group, ranked)));
}

/** Returns the smallest ratio that the largest difference surely has. */
function sizeOf({ ranked, quantity }: Comparison): number {
  const [best, ...others] = ranked;
  const leads = others.flatMap((other) => (best && leadOver(best, other, quantity)?.interval.low) ?? []);
  return Math.max(1, ...leads);
}

function findUnaffected(group: Group, there: readonly Comparison[]): Finding[] {
  const alike = there.filter((one) => one.ranked.length > 1 && !isReal(one));
  const cells = alike[0]?.ranked;
  if (cells === undefined) return [];
  const quantities = alike.map(({ quantity }) => quantity);
  return [{ finding: "unaffected", cells, quantities, doubts: collectDoubts(group, cells) }];
}
