import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CsvFile, readCsv } from "@c10k-lab/files";
import { expect, test } from "vitest";

const ROW_BYTES = 1000;

/** A file system of 64 KiB, or the reason why there is none. */
function mountSmall(): { folder: string } | { reason: string } {
  const folder = mkdtempSync(join(tmpdir(), "c10k-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "pipe" });
    return { folder };
  } catch {
    rmSync(folder, { recursive: true });
    return { reason: "needs to mount a small file system" };
  }
}

const small = mountSmall();
const TITLE =
  "rows that a full disk refuses are kept, and written completely and in order when there is room";

if ("reason" in small) {
  test.skip(`${TITLE} [${small.reason}]`, () => {});
} else {
  test(TITLE, async () => {
    const { folder } = small;
    try {
      const ballast = join(folder, "ballast");
      writeFileSync(ballast, Buffer.alloc(40 * 1024));
      const path = join(folder, "rows.csv");
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
    } finally {
      execFileSync("umount", [folder]);
      rmSync(folder, { recursive: true });
    }
  });
}

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
