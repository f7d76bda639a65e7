import { join, relative, resolve } from "node:path";
import type { Capacity, LabResults } from "@c10k-lab/protocol";
import { answer, notesOf, renderReport, summaryTable } from "@c10k-lab/report";
import { capacityTable, objectiveOf, sentenceOf, WORDS } from "./capacity/capacity-text.ts";
import { pdfOf } from "./pdf.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { terminalTable } from "./terminal-table.ts";

/** The run as a table in the terminal, and the notes to it; nothing where nothing was measured. */
export function printSummary(results: LabResults): void {
  if (results.capacity) printCapacity(results.capacity);
  else if (results.cells.length > 0) printCells(results);
}

function printCapacity(capacity: Capacity): void {
  const { head, rows } = capacityTable(capacity);
  const sentences = [objectiveOf(capacity), ...capacity.searches.map(sentenceOf)];
  process.stdout.write(`${[terminalTable(head, rows, WORDS), "", ...sentences].join("\n")}\n`);
}

function printCells(results: LabResults): void {
  const { head, rows } = summaryTable(results);
  const { answer: sentences, details, warnings } = answer(results);
  const findings = [...sentences, ...details, ...warnings];
  const table = terminalTable(head, rows, [0, head.length - 1]);
  process.stdout.write(`${[table, ...notesOf(results), "", ...findings].join("\n")}\n`);
}

/** Writes the report and says where it is. */
export async function renderInto(folder: ResultsFolder, results: LabResults): Promise<void> {
  await folder.writeReport(results, renderReport(results));
  process.stdout.write(`\nreport: ${join(shortened(folder.path), "report.html")} (or report.md)\n`);
}

/** Prints the report that was written last. @throws NoPdf */
export async function printInto(folder: ResultsFolder, { manifest }: LabResults): Promise<void> {
  const at = new Date(manifest.finishedAt ?? manifest.startedAt);
  folder.writePdf(await pdfOf(join(folder.path, "report.html"), at));
  process.stdout.write(`pdf: ${join(shortened(folder.path), "report.pdf")}\n`);
}

/** As seen from here, where it is below. */
function shortened(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? resolve(path) : below;
}
