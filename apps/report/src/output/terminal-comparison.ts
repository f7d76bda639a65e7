import type { ExperimentComparison } from "@c10k-lab/protocol";
import { comparisonTable, comparisonText, differenceTable } from "@c10k-lab/report";
import { plural, wrap } from "@c10k-lab/words";
import { bold, type Screen } from "./screen.ts";
import { fitTable } from "./terminal-table.ts";

/** A longer table hides what is above it: of such only the rows with a difference are shown. */
const ROWS_MAX = 20;

const NOTES_MAX = 5;
/** Experiments of two plans differ in every option. */
const DIFFERENCES_MAX = 8;

/** Headings of columns that a narrow screen does without: verdict and sentences have what is in them. */
const SPARE = ["inconclusive", "99", "before", "after", "clients", "group"];

/**
 * Formats a comparison for the terminal: the verdict first, then what it follows from; every cell with `isVerbose`.
 *
 * @param screen null for a pipe or a log: a line for each sentence, however long
 */
export function formatComparison(
  comparison: ExperimentComparison,
  isVerbose: boolean,
  screen: Screen | null,
): string {
  const { runs, environment, notes, regressions, notCounted, verdict } = comparisonText(comparison);
  const [judgement = "", ...qualifiers] = verdict;
  const columns = screen?.columns ?? Number.MAX_SAFE_INTEGER;
  const fit = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, columns));
  const abridge = (lines: readonly string[], max: number, noun: string) =>
    isVerbose || lines.length <= max
      ? lines
      : [...lines.slice(0, max), `${plural(lines.length - max, noun)} more: --verbose.`];
  const differences = abridge(environment, DIFFERENCES_MAX, "difference");
  const parts = [
    [...fit([judgement]).map((line) => (screen === null ? line : bold(line, screen))), ...fit(qualifiers)],
    fit(regressions.map((one) => `Regression: ${one}`)),
    fit(notCounted.map((one) => `Not counted: ${one}`)),
    [
      ...fit(runs),
      ...(differences.length === 0 ? [] : ["not the same on both sides:"]),
      ...differences.flatMap((one) => wrap(one, columns - INDENT.length)).map((line) => `${INDENT}${line}`),
    ],
    formatTable(comparison, isVerbose, columns),
    fit(abridge(notes, NOTES_MAX, "note")),
  ];
  const written = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${written.join("\n\n")}\n`;
}

const INDENT = "  ";

function formatTable(comparison: ExperimentComparison, isVerbose: boolean, columns: number): string[] {
  const all = comparisonTable(comparison);
  if (all.rows.length === 0 || (comparison.verdict === "nothing-compared" && !isVerbose)) return [];
  if (isVerbose || all.rows.length <= ROWS_MAX) return fitTable(all, columns, SPARE);
  const shown = differenceTable(comparison);
  const others = all.rows.length - shown.rows.length;
  return [
    ...(shown.rows.length === 0 ? [] : fitTable(shown, columns, SPARE)),
    ...(others === 0 ? [] : [`${plural(others, "row")} without a difference: --verbose.`]),
  ];
}
