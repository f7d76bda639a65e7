import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SIZE_PAIRS } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { describeProvocation, FAULTS, faultsPage, idsOf } from "../faults.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Sources of tests, and of the cases that all servers share. */
const sources = globSync("{apps,packages,docker}/**/*.ts", {
  cwd: ROOT,
  exclude: (path) => path.includes("node_modules") || path.includes("build"),
})
  .filter((path) => /(^|\/)(test|cases)\//.test(path))
  .map((path) => readFileSync(join(ROOT, path), "utf8"));

test("every id that begins a test's title is a row of the faults", () => {
  const titles = sources.flatMap((text) =>
    [
      ...text.matchAll(
        /\b(?:test|it|testWith|testAsRoot)(?:\.each\([^)]*\))?\(\s*(?:"\w+",\s*)?["'`]([^"'`\n]+)/g,
      ),
    ].map(([, title = ""]) => title),
  );
  const ids = new Set(titles.flatMap(idsOf));
  expect(ids.size).toBeGreaterThan(5);
  const rows = new Set(FAULTS.map(({ row }) => row));
  expect([...ids].filter((id) => !rows.has(id))).toEqual([]);
});

test("the text of a row names each of its sizes", () => {
  for (const [row, pairs] of Object.entries(SIZE_PAIRS)) {
    const fault = FAULTS.find((fault) => fault.row === row);
    for (const name of Object.keys(pairs)) expect(fault?.provoked).toContain(`{${name}}`);
  }
  expect(describeProvocation({ row: "S14", fault: "", provoked: "{resets} clients reset" })).toBe(
    "500 (full: 10,000) clients reset",
  );
  expect(() => describeProvocation({ row: "S14", fault: "", provoked: "{held}" })).toThrow(/S14.*held/);
});

test("every row stands once", () => {
  expect(new Set(FAULTS.map(({ row }) => row)).size).toBe(FAULTS.length);
});

test("a title may begin with several ids", () => {
  expect(idsOf("S1, S2: a server without descriptors")).toEqual(["S1", "S2"]);
  expect(idsOf("trial X5 a damaged cell")).toEqual(["trial X5"]);
  expect(idsOf("SIGINT ends idle connections")).toEqual([]);
});

test("a row without a test says so, and a failed test is counted", () => {
  const at = (file: string, title: string, status: string) => ({ file, title, fullName: title, status });
  const page = faultsPage([
    at("apps/server-epoll/test/x.test.ts", "T3: x", "passed"),
    at("apps/server-epoll/test/x.test.ts", "T3: y", "failed"),
    at("docker/test/x.test.ts", "K1 x", "passed"),
    at("docker/test/x.test.ts", "K2 x", "skipped"),
  ]);
  expect(page).toMatch(/\| T3 \|.*\| epoll \*\*1 of 2 failed\*\* \|/);
  expect(page).toMatch(/\| K1 \|.*\| docker 1 \|/);
  expect(page).toMatch(/\| K2 \|.*\| not tested \|/);
});
