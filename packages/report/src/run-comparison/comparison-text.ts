import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import type { CellComparison, RunComparison } from "@c10k-lab/protocol";
import { RATIO_MIN } from "../model/limits.ts";

/** A comparison in plain sentences, by where they are said. */
export interface ComparisonText {
  /** What was compared, and what was not the same: before the table. */
  readonly runs: readonly string[];
  readonly environment: readonly string[];
  /** Of cells: why they are not comparable, and which runs are left out. */
  readonly notes: readonly string[];
  readonly regressions: readonly string[];
  readonly notCounted: readonly string[];
  readonly summary: string;
}

export function comparisonText(comparison: RunComparison): ComparisonText {
  const { before, after, environment, cells, regressions, notCounted, summary } = comparison;
  return {
    runs: [`before: ${runText(before)}`, `after: ${runText(after)}`],
    environment: environment.map((one) => `${one.what}: ${one.before} → ${one.after}`),
    notes: cells.flatMap(notesOf),
    regressions,
    notCounted,
    summary,
  };
}

function runText({ folder, plan, commit, startedAt }: RunComparison["before"]): string {
  return `${folder}, plan ${plan}, commit ${commit ?? "unknown"}, ${startedAt}`;
}

function notesOf(cell: CellComparison): string[] {
  if (cell.why !== null) return [`${cell.name} is not comparable: ${cell.why}.`];
  return (["before", "after"] as const).flatMap((when) => {
    const side = cell[when];
    if (side === null || side.whole === 0 || side.whole === side.runs) return [];
    return [`${cell.name}: ${side.whole} of ${side.runs} runs ${when} ended well; only they are compared.`];
  });
}

/** By which a change is called real, and a regression. */
export function ruleSentences({ thresholdPercent, countsInconclusive }: RunComparison): string[] {
  return [
    `A change is called better or worse when the ${CONFIDENCE_PERCENT} % bootstrap interval of the ratio of the medians leaves out 1 and one ` +
      `median is at least ${RATIO_MIN} times the other; from fewer than ${RUNS_MIN} runs nothing is claimed.`,
    `It is a regression when it is worse and its whole interval is worse than the threshold: below −${thresholdPercent} % for a rate or a ` +
      `count of connections held, above +${thresholdPercent} % for a time or a cost.`,
    "A cell is a regression when it ended worse than before, when runs of it failed and none before, and when it is missing.",
    countsInconclusive
      ? "Inconclusive cells count like others."
      : "Inconclusive figures may not be the server's: they are shown and do not count.",
  ];
}
