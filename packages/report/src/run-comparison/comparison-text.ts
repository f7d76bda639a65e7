import type { ExperimentComparison } from "@c10k-lab/protocol";
import {
  describeEnvironmentDifference,
  describeRegression,
  describeRemarks,
  describeVerdict,
} from "@c10k-lab/words";

/** A comparison as sentences, by their place. */
export interface ComparisonText {
  /** Both experiments, and what differs in plan, machine or software. */
  readonly runs: readonly string[];
  readonly environment: readonly string[];
  /** Remarks on cells: why they are not comparable, which repetitions are left out. */
  readonly notes: readonly string[];
  readonly regressions: readonly string[];
  readonly notCounted: readonly string[];
  readonly summary: string;
}

export function comparisonText(comparison: ExperimentComparison): ComparisonText {
  const { before, after, environment, cells, regressions, notCounted } = comparison;
  return {
    runs: [`before: ${describeRun(before)}`, `after: ${describeRun(after)}`],
    environment: environment.map(describeEnvironmentDifference),
    notes: cells.flatMap(describeRemarks),
    regressions: regressions.map((one) => describeRegression(comparison, one)),
    notCounted: notCounted.map((one) => describeRegression(comparison, one)),
    summary: describeVerdict(comparison),
  };
}

function describeRun({ folder, plan, commit, startedAt }: ExperimentComparison["before"]): string {
  return `${folder}, plan ${plan}, commit ${commit ?? "unknown"}, ${startedAt}`;
}
