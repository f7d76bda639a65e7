import type { RunComparison } from "@c10k-lab/protocol";
import { comparisonTable, comparisonText } from "@c10k-lab/report";
import { terminalTable } from "../terminal/terminal-table.ts";

/** For the terminal: what may mislead first, then the figures, then what follows from them. */
export function formatComparison(comparison: RunComparison): string {
  const { runs, environment, notes, regressions, notCounted, summary } = comparisonText(comparison);
  const { head, rows } = comparisonTable(comparison);
  const differences = environment.map((one) => `  ${one}`);
  const parts = [
    runs,
    differences.length === 0 ? [] : ["not the same on both sides:", ...differences],
    rows.length === 0 ? [] : [terminalTable(head, rows, [0, 1, 6, 7])],
    notes,
    regressions.map((one) => `Regression: ${one}`),
    notCounted.map((one) => `Not counted: ${one}`),
    [summary],
  ];
  const written = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${written.join("\n\n")}\n`;
}
