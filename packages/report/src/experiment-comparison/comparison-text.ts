import type { ExperimentComparison } from "@c10k-lab/protocol";
import {
  describeComparisonRule,
  describeEnvironmentDifference,
  describeRegression,
  describeRemarks,
  describeVerdict,
} from "@c10k-lab/words";
import { blocks, bullets, renderTable, text } from "../text/markdown.ts";
import { comparisonTable } from "./comparison-table.ts";

/** Returns a comparison as sentences, by their place. */
export function comparisonText(comparison: ExperimentComparison) {
  const { before, after, environment, cells, regressions, notCounted } = comparison;
  return {
    runs: [`before: ${describeRun(before)}`, `after: ${describeRun(after)}`],
    environment: environment.map(describeEnvironmentDifference),
    /** Reasons why cells are not comparable, or which of their repetitions are left out. */
    notes: cells.flatMap(describeRemarks),
    regressions: regressions.map((one) => describeRegression(comparison, one)),
    notCounted: notCounted.map((one) => describeRegression(comparison, one)),
    summary: describeVerdict(comparison),
  };
}

function describeRun({ folder, plan, commit, startedAt }: ExperimentComparison["before"]): string {
  return `${folder}, plan ${plan}, commit ${commit ?? "unknown"}, ${startedAt}`;
}

/** Renders a comparison; the same comparison makes the same bytes. */
export function comparisonMarkdown(comparison: ExperimentComparison): string {
  const { runs, environment, notes, regressions, notCounted, summary } = comparisonText(comparison);
  const table = comparisonTable(comparison);
  const section = (heading: string, sentences: readonly string[]) =>
    sentences.length === 0 ? [] : [heading, bullets(sentences)];
  return `${blocks([
    "# Two experiments compared",
    `**${text(summary)}**`,
    bullets(runs),
    ...section("## Not the same", environment),
    ...section("## Regressions", regressions),
    ...section("## Not counted", notCounted),
    ...(table.rows.length === 0 ? [] : ["## Cells", renderTable(table)]),
    ...section("", notes),
    ...section("## Rule", describeComparisonRule(comparison)),
  ])}\n`;
}
