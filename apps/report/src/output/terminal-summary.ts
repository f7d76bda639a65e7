import type { Capacity, LabResults } from "@c10k-lab/protocol";
import { answer, summaryTable } from "@c10k-lab/report";
import { capacityTable, describeIncidents } from "@c10k-lab/words";
import { terminalTable } from "./terminal-table.ts";

/** Limits of the terminal's summary; the report has the rest. */
const INCIDENTS_MAX = 12;
const FINDINGS_MAX = 25;

/** Prints one experiment with its table, or of several what each found. Prints nothing where nothing was measured. */
export function printExperiments(experiments: readonly LabResults[]): void {
  const [only, ...others] = experiments;
  if (only === undefined) return;
  if (others.length > 0) printFindings(experiments);
  else if (only.capacity) printCapacity(only, only.capacity);
  else if (only.repetitions.length > 0) printCells(only);
}

function printCapacity(results: LabResults, capacity: Capacity): void {
  const table = terminalTable(capacityTable(capacity));
  printLines([table, "", ...listFindings(results, FINDINGS_MAX)]);
}

function printCells(results: LabResults): void {
  const table = terminalTable(summaryTable(results));
  const incidents = limit(describeIncidents(results.repetitions), INCIDENTS_MAX, "notes");
  printLines([table, ...incidents, "", ...listFindings(results, FINDINGS_MAX)]);
}

function printFindings(experiments: readonly LabResults[]): void {
  const max = Math.floor(FINDINGS_MAX / experiments.length);
  const parts = experiments.map((results) =>
    [`${results.manifest.plan}:`, ...listFindings(results, max)].join("\n"),
  );
  printLines([parts.join("\n\n")]);
}

function listFindings(results: LabResults, max: number): string[] {
  const { answer: sentences, details, warnings } = answer(results);
  return limit([...sentences, ...details, ...warnings], max, "findings");
}

function limit(sentences: readonly string[], max: number, noun: string): string[] {
  const left = sentences.length - max;
  return left <= 0 ? [...sentences] : [...sentences.slice(0, max), `${left} more ${noun} in the report.`];
}

function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
