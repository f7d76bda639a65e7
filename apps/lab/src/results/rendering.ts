import { join, relative, resolve } from "node:path";
import type { Capacity, LabResults } from "@c10k-lab/protocol";
import { answer, capacityTable, notesOf, renderReport, summaryTable, WORDS } from "@c10k-lab/report";
import { terminalTable } from "../terminal/terminal-table.ts";
import { pdfOf } from "./pdf.ts";
import { writePdf, writeReport } from "./report-files.ts";

/** More of either is in the report. */
const NOTES_MAX = 12;
const FINDINGS_MAX = 25;

/** The run as a table in the terminal, and the notes to it; nothing where nothing was measured. */
export function printSummary(results: LabResults): void {
  if (results.capacity) printCapacity(results, results.capacity);
  else if (results.cells.length > 0) printCells(results);
}

function printCapacity(results: LabResults, capacity: Capacity): void {
  const { head, rows } = capacityTable(capacity);
  const findings = findingsOf(results, FINDINGS_MAX);
  process.stdout.write(`${[terminalTable(head, rows, WORDS), "", ...findings].join("\n")}\n`);
}

function printCells(results: LabResults): void {
  const { head, rows } = summaryTable(results);
  const table = terminalTable(head, rows, [0, head.length - 1]);
  const notes = shortened(notesOf(results), NOTES_MAX, "notes");
  process.stdout.write(`${[table, ...notes, "", ...findingsOf(results, FINDINGS_MAX)].join("\n")}\n`);
}

/** Several runs of one report: of each what it says first. */
export function printFindings(all: readonly LabResults[]): void {
  const each = Math.floor(FINDINGS_MAX / all.length);
  const parts = all.map((results) => [`${results.manifest.plan}:`, ...findingsOf(results, each)].join("\n"));
  process.stdout.write(`${parts.join("\n\n")}\n`);
}

function findingsOf(results: LabResults, max: number): string[] {
  const { answer: sentences, details, warnings } = answer(results);
  return shortened([...sentences, ...details, ...warnings], max, "findings");
}

function shortened(sentences: readonly string[], max: number, noun: string): string[] {
  const left = sentences.length - max;
  return left <= 0 ? [...sentences] : [...sentences.slice(0, max), `${left} more ${noun} in the report.`];
}

/**
 * Writes one report of all and says where it is.
 *
 * @throws Error of open(2) or write(2)
 */
export async function renderInto(folder: string, all: readonly LabResults[]): Promise<void> {
  await writeReport(folder, renderReport(all));
  process.stdout.write(`\nreport: ${join(seenFromHere(folder), "report.html")} (or report.md)\n`);
}

/** Prints the report that was written last. @throws NoPdf */
export async function printInto(folder: string, all: readonly LabResults[]): Promise<void> {
  const times = all.map(({ manifest }) => manifest.finishedAt ?? manifest.startedAt).toSorted();
  const pdf = await pdfOf(join(folder, "report.html"), new Date(times.at(-1) ?? 0));
  writePdf(folder, pdf);
  process.stdout.write(`pdf: ${join(seenFromHere(folder), "report.pdf")}\n`);
}

/** Below the working directory without the way to it. */
function seenFromHere(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? resolve(path) : below;
}
