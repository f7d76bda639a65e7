import { join, relative, resolve } from "node:path";
import type { LabResults } from "@c10k-lab/protocol";
import { answer, notesOf, renderReport, summaryTable } from "@c10k-lab/report";
import Table from "cli-table3";
import type { ResultsFolder } from "./results-folder.ts";

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
};

/** The run as a table in the terminal, and the notes to it; nothing where nothing was measured. */
export function printSummary(results: LabResults): void {
  if (results.cells.length === 0) return;
  const { head, rows } = summaryTable(results);
  const table = new Table({
    // Narrow enough for a terminal: words of a heading below each other, columns apart by white space alone.
    head: head.map((heading) => heading.replaceAll(" ", "\n")),
    colAligns: head.map((_, column) => (column === 0 || column === head.length - 1 ? "left" : "right")),
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  const { answer: sentences, details, warnings } = answer(results);
  const findings = [...sentences, ...details, ...warnings];
  process.stdout.write(
    `${[table.toString().replace(/ +$/gm, ""), ...notesOf(results), "", ...findings].join("\n")}\n`,
  );
}

/** Writes the report and says where it is. */
export async function renderInto(folder: ResultsFolder, results: LabResults): Promise<void> {
  await folder.writeReport(results, renderReport(results));
  const below = relative(process.cwd(), folder.path);
  const path = below.startsWith("..") ? resolve(folder.path) : below;
  process.stdout.write(`\nreport: ${join(path, "report.html")} (or report.md)\n`);
}
