import { readFileSync } from "node:fs";
import { parseString } from "fast-csv";

/** Content of a CSV file. */
export interface CsvContent {
  readonly rows: Record<string, string>[];
  /** True when an unterminated last row was dropped: the writer was killed while it wrote. */
  readonly torn: boolean;
}

/** Reads a file written by `CsvFile`. Drops an unterminated last row and never repairs it. */
export async function readCsv(path: string): Promise<CsvContent> {
  return parseCsv(readFileSync(path, "utf8"));
}

export function parseCsv(text: string): Promise<CsvContent> {
  const whole = text.slice(0, endOfLastRow(text));
  const rows: Record<string, string>[] = [];
  return new Promise((resolve, reject) => {
    parseString(whole, { headers: true, strictColumnHandling: true })
      .on("data", (row: Record<string, string>) => rows.push(row))
      .on("error", reject)
      .on("end", () => resolve({ rows, torn: whole.length < text.length }));
  });
}

/** Returns the offset after the last newline outside quotes, the end of the last complete row. */
function endOfLastRow(text: string): number {
  for (let end = text.lastIndexOf("\n") + 1; end > 0; end = text.lastIndexOf("\n", end - 2) + 1) {
    if (quotes(text, end) % 2 === 0) return end;
    if (end === 1) break;
  }
  return 0;
}

function quotes(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0 && at < end; at = text.indexOf('"', at + 1)) count++;
  return count;
}
