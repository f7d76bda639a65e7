import { closeSync, fstatSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { writeToString } from "fast-csv";
import { openForWriting, syncToDisk } from "./durable-file.ts";
import { makeFolder } from "./folder.ts";

export type CsvValue = string | number | null;

/**
 * A CSV file (RFC 4180) that is complete up to its last batch even if the process is killed.
 *
 * fast-csv formats the rows. Each batch is one write(2), because bytes in the page cache survive SIGKILL and bytes in a
 * stream's buffer do not. A batch that does not fit (disk full) is kept and written before the next one, so the file has no
 * hole and no torn row in the middle.
 */
export class CsvFile {
  readonly path: string;
  readonly #fd: number;
  #unwritten: Buffer[] = [];
  /** Bytes in the file. */
  #written = 0;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /**
   * Creates the file with its header and syncs it, so that a folder without write permission fails before the load
   * starts.
   *
   * @throws Error of mkdir(2), open(2), write(2) or fsync(2)
   */
  static create(path: string, columns: readonly string[]): CsvFile {
    makeFolder(dirname(path));
    const file = new CsvFile(path, openForWriting(path));
    file.#unwritten.push(Buffer.from(`${columns.join(",")}\n`));
    file.#flush();
    syncToDisk(file.#fd);
    return file;
  }

  /** Appends rows. @throws Error of write(2), or when another program writes to the file; the rows are kept and written by the next call that succeeds */
  async append(rows: readonly (readonly CsvValue[])[]): Promise<void> {
    if (rows.length > 0) {
      const text = await writeToString(rows as CsvValue[][], { includeEndRowDelimiter: true });
      this.#unwritten.push(Buffer.from(text));
    }
    this.#flush();
  }

  /** Appends rows before it returns, for a process that exits. @throws Error of write(2) */
  appendNow(rows: readonly (readonly CsvValue[])[]): void {
    this.#unwritten.push(Buffer.from(rows.map(formatRow).join("")));
    this.#flush();
  }

  /** Writes the kept rows, syncs the file and closes it. @throws Error of write(2) when rows are left, or of fsync(2) */
  close(): void {
    try {
      this.#flush();
      syncToDisk(this.#fd);
    } finally {
      closeSync(this.#fd);
    }
  }

  /** @throws Error when the file has not the length that was written: rows of both writers would overwrite each other */
  #assertAlone(): void {
    const stat = fstatSync(this.#fd);
    if (stat.isFile() && stat.size !== this.#written) throw new Error("another program writes to it");
  }

  #flush(): void {
    this.#assertAlone();
    for (let batch = this.#unwritten[0]; batch; batch = this.#unwritten[0]) {
      const written = writeSync(this.#fd, batch);
      this.#written += written;
      if (written === batch.length) this.#unwritten.shift();
      else this.#unwritten[0] = batch.subarray(written);
    }
  }
}

/** Returns a row as fast-csv formats it, which has no synchronous function for that. */
function formatRow(row: readonly CsvValue[]): string {
  const cells = row.map((value) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${cells.join(",")}\n`;
}
