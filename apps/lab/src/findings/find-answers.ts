import type { Findings, RepetitionResult } from "@c10k-lab/protocol";
import { listGroups } from "./cells.ts";
import { compareAll } from "./compare.ts";
import { listComparisons } from "./comparisons.ts";
import { findLevels } from "./levels.ts";
import { findLimits } from "./limits.ts";

/** A plan by name, with its variants in their order. */
export interface PlanOrder {
  readonly name: string;
  readonly variants: readonly string[];
}

/** Returns the answers of an experiment: comparisons of its cells, the limits that servers met, and the levels of both. */
export function findAnswers(order: PlanOrder, repetitions: readonly RepetitionResult[]): Findings {
  const plan = order.name;
  const rankOf = ({ variant }: RepetitionResult) => order.variants.indexOf(variant);
  const groups = listGroups(repetitions).map((group) => group.toSorted((a, b) => rankOf(a) - rankOf(b)));
  return {
    schema: "c10k-lab/findings/1",
    findings: [
      ...compareAll(plan, listComparisons(groups)),
      ...groups.flatMap((group) => findLimits(plan, group)),
    ],
    levels: groups.flatMap(findLevels),
    unmeasured: [],
  };
}
