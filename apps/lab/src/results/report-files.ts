import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CsvFile, writeFileDurably } from "@c10k-lab/files";
import type { Report } from "@c10k-lab/report";

/**
 * report.md, report.html, charts/ and the figures as CSV: `summary.csv`, or of several runs one below data/ each.
 *
 * @throws Error of open(2) or write(2)
 */
export async function writeReport(folder: string, { markdown, html, charts, data }: Report): Promise<void> {
  for (const [name, rows] of data) {
    const file = CsvFile.create(join(folder, name), Object.keys(rows[0] ?? { cell: "" }));
    await file.append(rows.map((row) => Object.values(row)));
    file.close();
  }
  for (const [name, svg] of charts) writeFileDurably(join(folder, "charts", name), svg);
  removeOldCharts(join(folder, "charts"), charts);
  writeFileDurably(join(folder, "report.md"), markdown);
  writeFileDurably(join(folder, "report.html"), html);
}

/** @throws Error of open(2) or write(2) */
export function writePdf(folder: string, content: Buffer): void {
  writeFileDurably(join(folder, "report.pdf"), content);
}

/** Of an earlier report in the same folder. */
function removeOldCharts(folder: string, charts: Report["charts"]): void {
  if (!existsSync(folder)) return;
  const old = readdirSync(folder).filter((name) => name.endsWith(".svg") && !charts.has(name));
  for (const name of old) rmSync(join(folder, name));
}
