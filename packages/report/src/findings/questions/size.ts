import { type Comparison, compareAt, leadOver } from "../../comparison/comparison.ts";
import { collectDoubts } from "../../comparison/doubts.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import { cellsOf, type Group, isWhole, listAxisValues } from "../../model/group.ts";
import { CPU_PER_MESSAGE, DATA_RATE, RATE, RESPONSE_P99 } from "../../model/quantities.ts";
import type { Finding, Findings } from "../facts/finding.ts";
import { findLeads, findShortfalls, listValues, vouchForLedgers } from "./compare.ts";

/** Finds the size of a message from which on the architectures no longer differ. */
export function findBySize(group: Group): Findings {
  const sizes = listAxisValues(group);
  const ends = [...new Set([sizes[0] ?? 0, sizes.at(-1) ?? 0])];
  return {
    answer: [
      ...findConvergence(group),
      ...group.variants.flatMap((variant) => findPeakDataRate(group, variant)),
    ],
    evidence: ends.flatMap((size) => listValues(group, compareAt(group, CPU_PER_MESSAGE, size), "used")),
    details: [
      ...findShortfalls(group),
      ...[RATE, RESPONSE_P99].flatMap((quantity) =>
        ends.flatMap((size) => findLeads(group, compareAt(group, quantity, size))),
      ),
      ...vouchForLedgers(group),
    ],
  };
}

function findConvergence(group: Group): Finding[] {
  const compared = listAxisValues(group)
    .map((size) => compareAt(group, RATE, size))
    .filter(({ ranked }) => ranked.length > 1);
  const largest = compared.at(-1);
  if (largest === undefined) return [];
  const alike = compared.slice(compared.findLastIndex((one) => !areAlike(one)) + 1);
  const [from] = alike;
  if (from === undefined) {
    const doubts = collectDoubts(group, largest.ranked);
    return [{ finding: "differs-throughout", largest: largest.axisValue, doubts }];
  }
  const cells = alike.flatMap(({ ranked }) => ranked);
  return [
    {
      finding: "converged",
      variants: group.variants,
      from: from === compared[0] ? null : from.axisValue,
      furthest: findFurthest(alike),
      doubts: collectDoubts(group, cells),
    },
  ];
}

/** Returns the pair whose rates differ most, over all sizes at which the rates are alike. */
function findFurthest(alike: readonly Comparison[]): [CellFigures, CellFigures] {
  const rateOf = (cell: CellFigures | undefined) => (cell && RATE.value(cell)) ?? 1;
  const spread = ({ ranked }: Comparison) => rateOf(ranked[0]) / rateOf(ranked.at(-1));
  const [widest] = alike.toSorted((a, b) => spread(b) - spread(a));
  return [widest?.ranked[0], widest?.ranked.at(-1)] as [CellFigures, CellFigures];
}

function areAlike({ ranked, quantity }: Comparison): boolean {
  const [best, ...others] = ranked;
  return best !== undefined && others.every((other) => leadOver(best, other, quantity) === null);
}

function findPeakDataRate(group: Group, variant: string): Finding[] {
  const rateOf = (cell: CellFigures) => DATA_RATE.value(cell) ?? 0;
  const [cell] = cellsOf(group, variant)
    .filter((one) => isWhole(one) && rateOf(one) > 0)
    .toSorted((a, b) => rateOf(b) - rateOf(a));
  if (cell === undefined) return [];
  return [{ finding: "peak-data-rate", cell, doubts: collectDoubts(group, [cell]) }];
}
