import { compareAt } from "../../comparison/comparison.ts";
import { cellsOf, type Group, listAxisValues } from "../../model/group.ts";
import {
  CONNECT_P99,
  FIRST_RESPONSE_P99,
  OVERFLOWS,
  type Quantity,
  RETRANSMITTED,
  WALL_TIME,
} from "../../model/quantities.ts";
import type { Finding, Findings, FullBacklog } from "../facts/finding.ts";
import { findChanges, findLeads, findShortfalls, listValues, pairEnds, vouchForLedgers } from "./compare.ts";

/** Finds the backlog from which on nothing overflows, and what a client notices of shorter ones. */
export function findByBacklog(group: Group): Findings {
  const backlogs = listAxisValues(group);
  const [smallest, largest] = [backlogs[0] ?? 0, backlogs.at(-1) ?? 0];
  return {
    answer: [...findFullQueues(group, [smallest, largest]), ...findFromLargest(group, FIRST_RESPONSE_P99)],
    evidence: [
      ...listValues(group, compareAt(group, OVERFLOWS, smallest), "met"),
      ...listValues(group, compareAt(group, RETRANSMITTED, smallest), "saw"),
    ],
    details: [
      ...findShortfalls(group),
      ...findFromLargest(group, WALL_TIME),
      ...findFromLargest(group, CONNECT_P99),
      ...[smallest, largest].flatMap((backlog) =>
        findLeads(group, compareAt(group, FIRST_RESPONSE_P99, backlog)),
      ),
      ...vouchForLedgers(group),
    ],
  };
}

/** The kernel counts overflows: a count over the repetitions made needs no interval. */
function findFullQueues(group: Group, range: readonly [number, number]): Finding[] {
  if (group.cells.length === 0) return [];
  const clean = group.variants.filter((variant) => fullBacklogs(group, variant).length === 0);
  const full = group.variants.filter((variant) => !clean.includes(variant));
  const alike = Map.groupBy(full, (variant) =>
    JSON.stringify([fullBacklogs(group, variant), enoughFor(group, variant)]),
  );
  const short = [...alike.values()].map((variants): Finding => {
    const [variant = ""] = variants;
    const enough = enoughFor(group, variant);
    return { finding: "backlog-too-short", variants, full: fullBacklogs(group, variant), enough };
  });
  if (clean.length === 0) return short;
  const isAll = clean.length === group.variants.length;
  return [...short, { finding: "backlog-enough", variants: isAll ? null : clean, range }];
}

function fullBacklogs(group: Group, variant: string): FullBacklog[] {
  return cellsOf(group, variant)
    .map(({ axisValue, repetitions }) => ({
      backlog: axisValue,
      overflowed: repetitions.filter(({ evidence }) => (evidence.tcp.ListenOverflows ?? 0) > 0).length,
      repetitions: repetitions.length,
    }))
    .filter(({ overflowed }) => overflowed > 0);
}

function enoughFor(group: Group, variant: string): number | null {
  const last = fullBacklogs(group, variant).at(-1)?.backlog ?? 0;
  return cellsOf(group, variant).find(({ axisValue }) => axisValue > last)?.axisValue ?? null;
}

/** Compares the shortest queue with the longest. */
function findFromLargest(group: Group, quantity: Quantity): Finding[] {
  const pairs = pairEnds(group).map(({ to, from, groups }) => ({ to: from, from: to, groups }));
  return findChanges(group, quantity, pairs);
}
