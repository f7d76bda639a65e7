import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scanCsv } from "@c10k-lab/files";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "c10k-scan-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the values that a scan visits, at most so many rows. */
async function scan(text: string, columns: readonly string[], most = Number.POSITIVE_INFINITY) {
  const path = join(folder, "file.csv");
  writeFileSync(path, text);
  const rows: string[][] = [];
  await scanCsv(path, columns, (values) => rows.push([...values]) < most);
  return rows;
}

test("columns are found by name, in any order; one that is missing is empty", async () => {
  expect(await scan("a,b,c\n1,2,3\n4,,6\n", ["c", "a", "d"])).toEqual([
    ["3", "1", ""],
    ["6", "4", ""],
  ]);
  expect(await scan("a,b,c\n1,2,3\n4,,6\n", ["b"])).toEqual([["2"], [""]]);
});

test("an unterminated last row is dropped, an empty file has no rows, and a short row is an error", async () => {
  expect(await scan("a,b\n1,2\n3,4", ["b"])).toEqual([["2"]]);
  expect(await scan("", ["b"])).toEqual([]);
  expect(await scan("a,b\n", ["b"])).toEqual([]);
  await expect(scan("a,b\n1,2\n3\n", ["a"])).rejects.toThrow("row 2 has 1 of 2 values");
});

test("rows and characters across the borders of chunks are whole", async () => {
  const count = 60_000;
  const lines = Array.from({ length: count }, (_, n) => `${n},${"ü".repeat(n % 40)},${n * 3}`);
  const rows = await scan(`n,text,triple\n${lines.join("\n")}\n`, ["triple", "text"]);
  expect(rows).toHaveLength(count);
  const wrong = rows.findIndex(([triple, text], n) => triple !== String(3 * n) || text?.length !== n % 40);
  expect(wrong).toBe(-1);
});

test("a row longer than a chunk is read", async () => {
  const long = "x".repeat(3_000_000);
  expect((await scan(`a,b\n${long},1\n2,3\n`, ["a", "b"])).map(([a, b]) => [a?.length, b])).toEqual([
    [3_000_000, "1"],
    [1, "3"],
  ]);
});

test("after a quoted value the rest is read by the library, each row once", async () => {
  const plain = Array.from({ length: 200_000 }, (_, n) => `${n},plain`).join("\n");
  const rows = await scan(`n,note\n${plain}\n200000,"a, ""b""\nc"\n200001,end\n`, ["note", "n"]);
  expect(rows).toHaveLength(200_002);
  expect(rows.slice(-2)).toEqual([
    ['a, "b"\nc', "200000"],
    ["end", "200001"],
  ]);
});

test("a visitor that has seen enough ends the scan", async () => {
  expect(await scan("a\n1\n2\n3\n", ["a"], 2)).toEqual([["1"], ["2"]]);
});
