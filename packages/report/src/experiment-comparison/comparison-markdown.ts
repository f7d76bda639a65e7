import type { ExperimentComparison } from "@c10k-lab/protocol";
import { describeComparisonRule } from "@c10k-lab/words";
import { blocks, bullets, renderTable, text } from "../text/markdown.ts";
import { comparisonTable } from "./comparison-table.ts";
import { comparisonText } from "./comparison-text.ts";

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
