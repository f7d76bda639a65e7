import type { Change, ComparedQuantity, ExperimentComparison } from "@c10k-lab/protocol";
import { type Column, describeComparisonRule, integer } from "@c10k-lab/words";
import type { Figure } from "../charts/draw/chart.ts";
import { figureBlock } from "../text/figures.ts";
import { blocks, bullets, renderTable, tableOf, text } from "../text/markdown.ts";
import { COMPARED } from "./compared-quantities.ts";
import { comparisonTable, differenceTable } from "./comparison-table.ts";
import { comparisonText } from "./comparison-text.ts";

/** Renders a comparison as Markdown, the verdict first. The same comparison makes the same bytes. */
export function comparisonDocument(comparison: ExperimentComparison, figures: readonly Figure[]): string {
  const { runs, environment, notes, regressions, notCounted, verdict } = comparisonText(comparison);
  const [judgement = "", ...qualifiers] = verdict;
  const [differences, all] = [differenceTable(comparison), comparisonTable(comparison)];
  const [first, ...others] = figures;
  const counts = countChanges(comparison);
  return `${blocks([
    "# Is the second experiment worse than the first?",
    `**${text(judgement)}**`,
    first === undefined ? "" : figureBlock(first),
    counts.length === 0 ? "" : tableOf(COUNT_COLUMNS, counts),
    ...qualifiers.map(text),
    bullets(runs),
    ...section("## Regressions", bullets(regressions)),
    ...section("## Not counted", bullets(notCounted)),
    ...section("## Not the same on both sides", bullets(environment)),
    ...section("## More charts", blocks(others.map(figureBlock))),
    ...section("## Differences shown", differences.rows.length === 0 ? "" : renderTable(differences)),
    ...section("## Rule", bullets(describeComparisonRule(comparison))),
    ...section("## All cells", all.rows.length === 0 ? "" : renderTable(all)),
    bullets(notes),
  ])}\n`;
}

function section(heading: string, content: string): string[] {
  return content === "" ? [] : [heading, content];
}

/** Changes of one quantity. */
interface Counts {
  readonly quantity: ComparedQuantity;
  readonly changes: readonly Change[];
}

const COUNT_COLUMNS: readonly Column<Counts>[] = [
  { head: "quantity", align: "left", cell: ({ quantity }) => COMPARED[quantity].label },
  { head: "comparisons that count", cell: ({ changes }) => count(changes, ({ counts }) => counts) },
  {
    head: "regressions",
    cell: ({ changes }) => count(changes, ({ counts, isBeyondThreshold }) => counts && isBeyondThreshold),
  },
  { head: "worse, regressions included", cell: ({ changes }) => countJudged(changes, "worse") },
  { head: "better", cell: ({ changes }) => countJudged(changes, "better") },
  { head: "no difference shown", cell: ({ changes }) => countJudged(changes, "no-difference-shown") },
];

function countChanges({ cells }: ExperimentComparison): Counts[] {
  const all = cells.flatMap(({ changes }) => changes);
  return [...Map.groupBy(all, ({ quantity }) => quantity)]
    .map(([quantity, changes]) => ({ quantity, changes }))
    .filter(({ changes }) => changes.some(({ counts }) => counts));
}

function countJudged(changes: readonly Change[], judgement: Change["judgement"]): string {
  return count(changes, (change) => change.counts && change.judgement === judgement);
}

function count(changes: readonly Change[], isMeant: (change: Change) => boolean): string {
  return integer(changes.filter(isMeant).length);
}
