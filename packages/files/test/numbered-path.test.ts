import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimPath } from "@c10k-lab/files";
import { expect, test } from "vitest";

test("claimPath takes the first free number and makes the folder", () => {
  const path = join(mkdtempSync(join(tmpdir(), "c10k-number-")), "below", "rows-{n}.csv");
  expect(claimPath(path)).toBe(path.replace("{n}", "1"));
  expect(claimPath(path)).toBe(path.replace("{n}", "2"));
  writeFileSync(path.replace("{n}", "4"), "");
  expect([claimPath(path), claimPath(path)]).toEqual([path.replace("{n}", "3"), path.replace("{n}", "5")]);
});

test("claimPath returns a path without {n} unchanged and makes no file", () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-number-"));
  const path = join(folder, "rows.csv");
  expect(claimPath(path)).toBe(path);
  expect(readdirSync(folder)).toEqual([]);
});
