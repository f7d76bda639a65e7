import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CsvFile, readCsv } from "@c10k-lab/files";
import { SmallDisk } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const ROW_BYTES = 1000;

/** Only root may mount a small file system. */
const testAsRoot = SmallDisk.isPossible ? test : test.skip;

testAsRoot(
  "rows that a full disk refuses are kept, and written completely and in order when there is room",
  async () => {
    await using disk = await SmallDisk.start({ sizeKiB: 64 });
    const ballast = join(disk.pathFromHere, "ballast");
    writeFileSync(ballast, Buffer.alloc(40 * 1024));
    const path = join(disk.pathFromHere, "rows.csv");
    const file = CsvFile.create(path, ["number", "filler"]);
    const failures = await append(file, 0, 50);
    expect(failures).toBeGreaterThan(0);
    expect((await readCsv(path)).rows.length).toBeLessThan(50);

    rmSync(ballast);
    await file.append([]);
    file.close();
    const { rows, torn } = await readCsv(path);
    expect(torn).toBe(false);
    expect(rows.map((row) => Number(row.number))).toEqual(Array.from({ length: 50 }, (_, at) => at));
  },
);

/** @returns how many calls failed with ENOSPC */
async function append(file: CsvFile, from: number, to: number): Promise<number> {
  let failures = 0;
  for (let number = from; number < to; number++) {
    await file.append([[number, "x".repeat(ROW_BYTES)]]).catch((error: NodeJS.ErrnoException) => {
      expect(error.code).toBe("ENOSPC");
      failures++;
    });
  }
  return failures;
}
