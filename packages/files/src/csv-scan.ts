import { closeSync, openSync, readSync } from "node:fs";
import { readCsv } from "./csv-reader.ts";

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * Reads some columns of a CSV file row by row, so that a million rows need no more memory than a thousand. A column that the
 * file does not have is empty in every row; an unterminated last row is dropped.
 *
 * @param visit is given the values in the order of `columns`, in an array that the next row overwrites; it returns false when
 *   it has seen enough
 * @throws Error when a row has fewer values than the header
 */
export async function scanCsv(
  path: string,
  columns: readonly string[],
  visit: (values: readonly string[]) => boolean | undefined,
): Promise<void> {
  const scan = new Scan(path, columns, visit);
  const file = openSync(path, "r");
  try {
    let buffer = Buffer.alloc(CHUNK_BYTES);
    for (let kept = 0; ; ) {
      const read = readSync(file, buffer, kept, buffer.length - kept, null);
      const end = buffer.lastIndexOf(NEWLINE, kept + read - 1) + 1;
      if (read === 0) return;
      const text = buffer.toString("utf8", 0, end);
      // A quoted value may hold commas and newlines: such files are small, and left to the library.
      if (text.includes('"')) return await scan.readWhole();
      if (!scan.take(text)) return;
      buffer.copyWithin(0, end, kept + read);
      kept = kept + read - end;
      if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
    }
  } finally {
    closeSync(file);
  }
}

/** A file under way. */
class Scan {
  readonly #path: string;
  readonly #columns: readonly string[];
  readonly #visit: (values: readonly string[]) => boolean | undefined;
  readonly #values: string[];
  /** Index in #values of each column of the file, negative for those not asked for; null before the header. */
  #places: Int32Array | null = null;
  #rows = 0;

  constructor(
    path: string,
    columns: readonly string[],
    visit: (values: readonly string[]) => boolean | undefined,
  ) {
    this.#path = path;
    this.#columns = columns;
    this.#visit = visit;
    this.#values = columns.map(() => "");
  }

  /** Visits the rows of a text that ends with a row. @returns false when enough was seen */
  take(text: string): boolean {
    let from = 0;
    while (from < text.length) {
      const end = text.indexOf("\n", from);
      if (this.#places === null) this.#readHeader(text.slice(from, end));
      else {
        this.#readRow(text, from, end, this.#places);
        this.#rows++;
        if (this.#visit(this.#values) === false) return false;
      }
      from = end + 1;
    }
    return true;
  }

  /** Visits the remaining rows with the library's parser. */
  async readWhole(): Promise<void> {
    const { rows } = await readCsv(this.#path);
    for (const row of rows.slice(this.#rows)) {
      if (this.#visit(this.#columns.map((column) => row[column] ?? "")) === false) return;
    }
  }

  #readHeader(line: string): void {
    this.#places = Int32Array.from(line.split(","), (name) => this.#columns.indexOf(name));
  }

  #readRow(text: string, from: number, end: number, places: Int32Array): void {
    let start = from;
    for (let column = 0; column < places.length; column++) {
      const comma = text.indexOf(",", start);
      const isLast = comma < 0 || comma > end;
      if (isLast && column + 1 < places.length) {
        throw new Error(`${this.#path}: row ${this.#rows + 1} has ${column + 1} of ${places.length} values`);
      }
      const stop = isLast ? end : comma;
      const place = places[column];
      if (place >= 0) this.#values[place] = text.slice(start, stop);
      start = stop + 1;
    }
  }
}
