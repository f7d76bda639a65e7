import type { ExperimentComparison } from "@c10k-lab/protocol";
import { comparisonTable, comparisonText } from "@c10k-lab/report";
import { terminalTable } from "./terminal-table.ts";

/** Formats a comparison for the terminal: differences of the set-up first, then figures, then the verdict. */
export function formatComparison(comparison: ExperimentComparison): string {
  const { runs, environment, notes, regressions, notCounted, summary } = comparisonText(comparison);
  const table = comparisonTable(comparison);
  const differences = environment.map((one) => `  ${one}`);
  const parts = [
    runs,
    differences.length === 0 ? [] : ["not the same on both sides:", ...differences],
    table.rows.length === 0 ? [] : [terminalTable(table)],
    notes,
    regressions.map((one) => `Regression: ${one}`),
    notCounted.map((one) => `Not counted: ${one}`),
    [summary],
  ];
  const written = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${written.join("\n\n")}\n`;
}
