import type { ExperimentComparison } from "@c10k-lab/protocol";
import { comparisonTable, comparisonText, differenceTable } from "@c10k-lab/report";
import { plural } from "@c10k-lab/words";
import { terminalTable } from "./terminal-table.ts";

/** A longer table hides what is above it: of such only the rows with a difference are shown. */
const ROWS_MAX = 20;

const NOTES_MAX = 5;
/** Experiments of two plans differ in every option. */
const DIFFERENCES_MAX = 8;

/** Formats a comparison for the terminal: the verdict first, then what it follows from; every cell with `isVerbose`. */
export function formatComparison(comparison: ExperimentComparison, isVerbose: boolean): string {
  const { runs, environment, notes, regressions, notCounted, verdict } = comparisonText(comparison);
  const abridge = (lines: readonly string[], max: number, noun: string) =>
    isVerbose || lines.length <= max
      ? lines
      : [...lines.slice(0, max), `${plural(lines.length - max, noun)} more: --verbose.`];
  const differences = abridge(environment, DIFFERENCES_MAX, "difference").map((one) => `  ${one}`);
  const parts = [
    verdict,
    regressions.map((one) => `Regression: ${one}`),
    notCounted.map((one) => `Not counted: ${one}`),
    [...runs, ...(differences.length === 0 ? [] : ["not the same on both sides:", ...differences])],
    formatTable(comparison, isVerbose),
    abridge(notes, NOTES_MAX, "note"),
  ];
  const written = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${written.join("\n\n")}\n`;
}

function formatTable(comparison: ExperimentComparison, isVerbose: boolean): string[] {
  const all = comparisonTable(comparison);
  if (all.rows.length === 0 || (comparison.verdict === "nothing-compared" && !isVerbose)) return [];
  if (isVerbose || all.rows.length <= ROWS_MAX) return [terminalTable(all)];
  const shown = differenceTable(comparison);
  const others = all.rows.length - shown.rows.length;
  return [
    ...(shown.rows.length === 0 ? [] : [terminalTable(shown)]),
    ...(others === 0 ? [] : [`${plural(others, "row")} without a difference: --verbose.`]),
  ];
}
