import type { DoubtReason } from "@c10k-lab/protocol";
import { type Comparison, claimDifference, compareAtHardest, leadOver } from "../../comparison/comparison.ts";
import { collectDoubts } from "../../comparison/doubts.ts";
import { listShortfalls } from "../../comparison/refusals.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import { cellsAt, cellsOf, type Group, isWhole } from "../../model/group.ts";
import type { Quantity } from "../../model/quantities.ts";
import type { Deed, Finding, Pair } from "../facts/finding.ts";

/** Reasons of the client: a server's work for a message is known however busy the client was. */
const CLIENT_REASONS: readonly DoubtReason[] = ["client-limit", "loop-lag", "send-lag"];

/** Compares the best variant with each of the others; those that no interval tells apart share one finding. */
export function findLeads(group: Group, comparison: Comparison): Finding[] {
  const { quantity, ranked } = comparison;
  const [best, ...others] = ranked;
  if (best === undefined || others.length === 0) return [];
  const leads = others.flatMap((other) => findLead(group, best, other, quantity));
  const close = [best, ...others.filter((other) => leadOver(best, other, quantity) === null)];
  if (close.length < 2) return leads;
  const isInfinite = (cell: CellFigures) => quantity.value(cell) === Number.POSITIVE_INFINITY;
  const finite = close.filter((cell) => !isInfinite(cell));
  return [
    ...leads,
    ...(finite.length < 2
      ? []
      : [{ finding: "alike", quantity, cells: finite, doubts: collectDoubts(group, finite) } as const]),
    ...close.filter(isInfinite).map((cell): Finding => {
      const against = isInfinite(best) ? null : best;
      const doubts = collectDoubts(group, against === null ? [cell] : [cell, against]);
      return { finding: "infinite", quantity, cell, against, doubts };
    }),
  ];
}

function findLead(group: Group, a: CellFigures, b: CellFigures, quantity: Quantity): Finding[] {
  const difference = leadOver(a, b, quantity);
  if (difference === null) return [];
  const [more, less] = (quantity.value(a) ?? 0) > (quantity.value(b) ?? 0) ? [a, b] : [b, a];
  return [{ finding: "leads", quantity, more, less, difference, doubts: collectDoubts(group, [more, less]) }];
}

/** Compares at the hardest load that all variants hold, and at the hardest that two hold. */
export function findLeadsAtHardest(group: Group, quantity: Quantity): Finding[] {
  const all = compareAtHardest(group, quantity, Math.max(2, group.variants.length));
  const some = compareAtHardest(group, quantity);
  const chosen = [all, some].filter((one) => one !== null);
  const distinct = chosen.filter(
    (one, at) => chosen.findIndex(({ axisValue }) => axisValue === one.axisValue) === at,
  );
  return distinct.flatMap((comparison) => findLeads(group, comparison));
}

/** Returns the value of each variant, in the order of the tables. */
export function listValues(group: Group, comparison: Comparison | null, deed: Deed): Finding[] {
  if (comparison === null || comparison.ranked.length === 0) return [];
  const { quantity, ranked, axisValue } = comparison;
  const cells = cellsAt(group, axisValue).filter((cell) => ranked.includes(cell));
  return [{ finding: "values", quantity, deed, cells, doubts: collectDoubts(group, cells, CLIENT_REASONS) }];
}

/** Returns a finding for each pair that really changed, and one for all pairs alike in what is not shown to. */
export function findChanges(
  group: Pick<Group, "expected">,
  quantity: Quantity,
  pairs: readonly Pair[],
): Finding[] {
  const { value } = quantity;
  const measured = pairs.filter(({ to, from }) => value(to) !== null && value(from) !== null);
  const changed = measured.flatMap((pair): Finding[] => {
    const difference = claimDifference(pair.to, pair.from, value);
    const doubts = collectDoubts(group, [pair.to, pair.from]);
    return difference === null ? [] : [{ finding: "changed", quantity, ...pair, difference, doubts }];
  });
  const unchanged = measured.filter(({ to, from }) => claimDifference(to, from, value) === null);
  const alike = Map.groupBy(unchanged, ({ to, from }) => `${to.axisValue} ${from.axisValue}`);
  return [
    ...changed,
    ...[...alike.values()].map((of): Finding => {
      const cells = of.flatMap(({ to, from }) => [to, from]);
      return { finding: "unchanged", quantity, pairs: of, doubts: collectDoubts(group, cells) };
    }),
  ];
}

/** Returns the whole cells at both ends of the axis, the largest against the smallest, of each variant that has two. */
export function pairEnds(group: Group, variants = group.variants): Pair[] {
  return variants.flatMap((variant): Pair[] => {
    const cells = cellsOf(group, variant).filter(isWhole);
    const [from, to] = [cells[0], cells.at(-1)];
    return from === undefined || to === undefined || from === to ? [] : [{ to, from, groups: null }];
  });
}

export function findShortfalls(group: Group): Finding[] {
  return listShortfalls(group).map((shortfall) => ({ finding: "shortfall", shortfall }));
}

export function findOverflows(group: Group): Finding[] {
  const cells = group.cells
    .map(({ name, repetitions }) => ({
      name,
      counts: repetitions.map(({ evidence }) => evidence.tcp.ListenOverflows ?? 0),
    }))
    .filter(({ counts }) => counts.some((count) => count > 0));
  return cells.length === 0 ? [] : [{ finding: "overflowed", cells }];
}

/** Vouches for the ledgers only when all of them agree. */
export function vouchForLedgers({ results: { repetitions } }: Group): Finding[] {
  const agree = repetitions.every(({ reconciliation }) => reconciliation?.balanced === true);
  if (repetitions.length === 0 || !agree) return [];
  return [{ finding: "ledgers-agree", repetitions: repetitions.length }];
}
