import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "@c10k-lab/process";
import { runApp } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const SUITE_BOUND_MS = 280_000;
const CODE = /^`(.*)`$/;

interface Example {
  readonly name: string;
  readonly build: string;
  readonly command: string;
  readonly level: string;
}

/** Reads the claims from the table in examples/README.md. */
function readClaims(): Example[] {
  const rows = readFileSync(join(EXAMPLES, "README.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| [`"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return rows.map(([, link = "", , build = "", server = "", level = ""]) => ({
    name: /^\[`(.*?)`\]/.exec(link)?.[1] ?? "",
    build: CODE.exec(build)?.[1] ?? "",
    command: /^`'[\w-]+=(.*)'`$/.exec(server)?.[1] ?? "",
    level,
  }));
}

const claims = readClaims().filter(({ level }) => level !== "");

test("the examples in C, of node:net and in Python claim a level", () => {
  expect(claims.map(({ name, level }) => `${name} ${level}`)).toEqual([
    "c-select course",
    "c-poll course",
    "c-epoll course",
    "c-threads course",
    "node-net production",
    "python-asyncio course",
    "python-selectors course",
  ]);
});

describe.concurrent("each example passes the level that it claims", () => {
  test.each(claims)(
    "$name passes the level $level",
    async ({ name, build, command, level }) => {
      const folder = mkdtempSync(join(tmpdir(), "c10k-example-"));
      cpSync(join(EXAMPLES, name), folder, { recursive: true });
      if (build !== "") execFileSync("sh", ["-c", build], { cwd: folder });
      const words = ["--command", `exec ${command}`, "--cwd", folder, "--level", level];
      const { code, stdout, stderr } = await runApp("conformance", words, SUITE_BOUND_MS);
      expect(stdout, stderr).toMatch(/\d\d passed, 0 failed/);
      expect(code).toBe(0);
      expect(processesWith(folder)).toEqual([]);
    },
    SUITE_BOUND_MS,
  );
});
