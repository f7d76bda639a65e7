import type { ExperimentComparison } from "@c10k-lab/protocol";
import {
  describeEnvironmentDifference,
  describeRegression,
  describeRemarks,
  describeVerdict,
} from "@c10k-lab/words";

/** Returns a comparison as sentences, by their place. */
export function comparisonText(comparison: ExperimentComparison) {
  const { before, after, environment, regressions, notCounted } = comparison;
  return {
    runs: [`before: ${describeRun(before)}`, `after: ${describeRun(after)}`],
    environment: environment.map(describeEnvironmentDifference),
    /** Reasons why cells are not comparable, or which of their repetitions are left out; the verdict has them where no cell is. */
    notes: comparison.verdict === "nothing-compared" ? [] : describeRemarks(comparison),
    regressions: regressions.map((one) => describeRegression(comparison, one)),
    notCounted: notCounted.map((one) => describeRegression(comparison, one)),
    verdict: describeVerdict(comparison),
  };
}

function describeRun({ folder, plan, commit, startedAt }: ExperimentComparison["before"]): string {
  return `${folder}, plan ${plan}, commit ${commit ?? "unknown"}, ${startedAt}`;
}
