import type { RunComparison } from "@c10k-lab/protocol";
import { blocks, bullets, tableOf, text } from "../text/markdown.ts";
import { comparisonTable } from "./comparison-table.ts";
import { comparisonText, ruleSentences } from "./comparison-text.ts";

/** The same bytes for the same comparison. */
export function comparisonMarkdown(comparison: RunComparison): string {
  const { runs, environment, notes, regressions, notCounted, summary } = comparisonText(comparison);
  const table = comparisonTable(comparison);
  const section = (heading: string, sentences: readonly string[]) =>
    sentences.length === 0 ? [] : [heading, bullets(sentences)];
  return `${blocks([
    "# Two runs compared",
    `**${text(summary)}**`,
    bullets(runs),
    ...section("## Not the same", environment),
    ...section("## Regressions", regressions),
    ...section("## Not counted", notCounted),
    ...(table.rows.length === 0 ? [] : ["## Cells", tableOf(table, [0, 1, 6, 7])]),
    ...section("", notes),
    ...section("## Rule", ruleSentences(comparison)),
  ])}\n`;
}
