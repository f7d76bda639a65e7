import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const app = join(import.meta.dirname, "..");

test("the C code was compiled with the ledger's present fields, states and close reasons", () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-ledger-row-"));
  const path = join(folder, "ledger-row.h");
  execFileSync(process.execPath, ["bin/write-ledger-row.ts", path], { cwd: app });
  const expected = readFileSync(path, "utf8");
  rmSync(folder, { recursive: true });
  expect(readFileSync(join(app, "build/ledger-row.h"), "utf8")).toBe(expected);
  expect(expected).toContain("FIELD_CLOSED_US = 2,");
  expect(expected).toContain("CLOSE_IDLE_TIMEOUT = 2,");
});
