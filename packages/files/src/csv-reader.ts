import { readFileSync } from "node:fs";
import { parseString } from "fast-csv";

/** Rows by column name, and whether the file ended in the middle of a row. */
export interface CsvContent {
  readonly rows: Record<string, string>[];
  /** The writer was killed while it wrote: the unterminated last row was dropped. */
  readonly torn: boolean;
}

/** Reads a file written by `CsvFile`. An unterminated last row is dropped, never repaired. */
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

/** Where the last terminated row ends: behind the last newline that is not inside quotes. */
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
