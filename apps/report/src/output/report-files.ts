import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CsvFile, writeFileDurably } from "@c10k-lab/files";
import type { LabResults } from "@c10k-lab/protocol";
import { type Report, renderReport } from "@c10k-lab/report";
import { pdfOf } from "./pdf.ts";

/**
 * Writes one report of all experiments: report.md, report.html, their details, charts/ and the figures as CSV
 * (`summary.csv`, or one file an experiment below data/).
 *
 * @throws Error of open(2) or write(2)
 */
export async function writeReportInto(folder: string, experiments: readonly LabResults[]): Promise<void> {
  const { markdown, html, details, charts, data } = renderReport(experiments);
  for (const [name, rows] of data) {
    const file = CsvFile.create(join(folder, name), Object.keys(rows[0] ?? { cell: "" }));
    await file.append(rows.map((row) => Object.values(row)));
    file.close();
  }
  for (const [name, svg] of charts) writeFileDurably(join(folder, "charts", name), svg);
  removeOldCharts(join(folder, "charts"), charts);
  writeFileDurably(join(folder, "report.md"), markdown);
  writeFileDurably(join(folder, "report.html"), html);
  writeFileDurably(join(folder, "details.md"), details.markdown);
  writeFileDurably(join(folder, "details.html"), details.html);
}

/**
 * Prints the report of this folder as report.pdf.
 *
 * @throws NoPdf where Chromium is missing or fails
 * @throws Error of open(2) or write(2)
 */
export async function writePdfInto(folder: string, experiments: readonly LabResults[]): Promise<void> {
  const times = experiments.map(({ manifest }) => manifest.finishedAt ?? manifest.startedAt).toSorted();
  const pdf = await pdfOf(join(folder, "report.html"), new Date(times.at(-1) ?? 0));
  writeFileDurably(join(folder, "report.pdf"), pdf);
}

/** Removes the charts of an earlier report in the same folder. */
function removeOldCharts(folder: string, charts: Report["charts"]): void {
  if (!existsSync(folder)) return;
  const old = readdirSync(folder).filter((name) => name.endsWith(".svg") && !charts.has(name));
  for (const name of old) rmSync(join(folder, name));
}
