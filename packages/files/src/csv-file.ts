import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { writeToString } from "fast-csv";
import { makeFolder } from "./folder.ts";

export type CsvValue = string | number | null;

/**
 * A CSV file (RFC 4180) that is whole up to its last batch whenever the process is killed.
 *
 * fast-csv formats; the bytes go out with write(2), a batch a call, because what the kernel has taken survives SIGKILL
 * and what waits in a stream does not. A batch that did not fit (disk full) is kept and tried again with the next one,
 * so the file never has a hole or a torn row in the middle.
 */
export class CsvFile {
  readonly path: string;
  readonly #fd: number;
  #unwritten: Buffer[] = [];

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /**
   * Creates the file with its header and forces it to the disk: a folder that cannot be written to is found out before
   * the load starts, not after.
   *
   * @throws Error of mkdir(2), open(2), write(2) or fsync(2)
   */
  static create(path: string, columns: readonly string[]): CsvFile {
    makeFolder(dirname(path));
    const file = new CsvFile(path, openSync(path, "w"));
    file.#unwritten.push(Buffer.from(`${columns.join(",")}\n`));
    file.#flush();
    try {
      fsyncSync(file.#fd);
    } catch (error) {
      // A pipe or a character device has nothing to force: fsync(2), EINVAL.
      if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
    }
    return file;
  }

  /** @throws Error of write(2); the rows are kept and go out with the next call that succeeds */
  async append(rows: readonly (readonly CsvValue[])[]): Promise<void> {
    if (rows.length > 0) {
      const text = await writeToString(rows as CsvValue[][], { includeEndRowDelimiter: true });
      this.#unwritten.push(Buffer.from(text));
    }
    this.#flush();
  }

  /** @throws Error of write(2) when rows are left that the disk does not take */
  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    for (let batch = this.#unwritten[0]; batch; batch = this.#unwritten[0]) {
      const written = writeSync(this.#fd, batch);
      if (written === batch.length) this.#unwritten.shift();
      else this.#unwritten[0] = batch.subarray(written);
    }
  }
}
