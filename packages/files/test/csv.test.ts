import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CsvFile, parseCsv, readCsv } from "@c10k-lab/files";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "c10k-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = ["name", "note", "count"];
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(",", '"', "\n", "\r\n", "a", " ", "=", ";", "ü") }),
  fc.constantFrom('","', '"', "\n", '"\n"', "a,b", "=1+1", "-2"),
);
const row = fc.tuple(fc.string({ minLength: 1, unit: fc.constantFrom("a", "b", '"', ",") }), cell, fc.nat());

async function written(rows: readonly [string, string, number][]): Promise<string> {
  const path = join(folder, "file.csv");
  const file = CsvFile.create(path, COLUMNS);
  await file.append(rows);
  file.close();
  return path;
}

function asRead(rows: readonly [string, string, number][]): object[] {
  return rows.map(([name, note, count]) => ({ name, note, count: String(count) }));
}

test("commas, quotes and newlines are read as they were written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row), async (rows) => {
      expect(await readCsv(await written(rows))).toEqual({ rows: asRead(rows), torn: false });
    }),
    { numRuns: 200 },
  );
});

test("a file cut at any byte has its complete rows, and is marked as torn", async () => {
  const rows: [string, string, number][] = [
    ["one", "plain", 1],
    ["two", 'with "quotes", commas', 22],
    ["three", "with a\nnewline\n", 333],
    ["four", "", 4444],
  ];
  const path = await written(rows);
  const text = readFileSync(path, "utf8");
  const ends = rowEnds(text);
  for (let cut = 0; cut <= text.length; cut++) {
    const whole = ends.filter((end) => end <= cut).length;
    const isTorn = cut > 0 && !ends.includes(cut);
    expect(await parseCsv(text.slice(0, cut)), `cut at ${cut}`).toEqual({
      rows: asRead(rows.slice(0, Math.max(0, whole - 1))),
      torn: isTorn,
    });
  }
});

test("an empty file and a header alone have no rows", async () => {
  expect(await parseCsv("")).toEqual({ rows: [], torn: false });
  expect(await parseCsv("a,b\n")).toEqual({ rows: [], torn: false });
});

test("rows appended in batches equal rows appended at once", async () => {
  const path = join(folder, "batches.csv");
  const file = CsvFile.create(path, COLUMNS);
  for (let at = 0; at < 100; at++) await file.append([[`row ${at}`, null, at]]);
  await file.append([]);
  file.close();
  const { rows } = await readCsv(path);
  expect(rows.map((row) => row.count)).toEqual(Array.from({ length: 100 }, (_, at) => String(at)));
});

test("rows appended at an exit have the bytes that fast-csv would write", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
      const path = join(folder, "exit.csv");
      const file = CsvFile.create(path, COLUMNS);
      file.appendNow([...rows, ["last", null, 0]]);
      file.close();
      const now = readFileSync(path, "utf8");
      const later = CsvFile.create(path, COLUMNS);
      await later.append([...rows, ["last", null, 0]]);
      later.close();
      expect(now).toBe(readFileSync(path, "utf8"));
    }),
    { numRuns: 100 },
  );
});

test("CsvFile.create makes missing folders", () => {
  const path = join(folder, "a", "b", "c.csv");
  CsvFile.create(path, COLUMNS).close();
  expect(() => CsvFile.create(path, COLUMNS).close()).not.toThrow();
});

test.each([
  ["below a file", () => join(aFile(), "x.csv"), /ENOTDIR|EEXIST/],
  ["below a file, deeper", () => join(aFile(), "x", "y.csv"), /ENOTDIR|EEXIST/],
  ["a folder", () => folder, /EISDIR/],
  ["below /proc", () => "/proc/no-such/folder/x.csv", /ENOENT|EACCES|EPERM/],
  ["on a full disk", () => "/dev/full", /ENOSPC/],
])("a file %s is refused when it is created", (_, path, code) => {
  expect(() => CsvFile.create(path(), COLUMNS)).toThrow(code);
});

function aFile(): string {
  const path = join(folder, "regular");
  writeFileSync(path, "");
  return path;
}

/** Offsets behind each newline that is not inside quotes. */
function rowEnds(text: string): number[] {
  const ends: number[] = [];
  let isQuoted = false;
  [...text].forEach((character, at) => {
    if (character === '"') isQuoted = !isQuoted;
    if (character === "\n" && !isQuoted) ends.push(at + 1);
  });
  return ends;
}

test("two programs write one file: one says so, and no row is overwritten", async () => {
  const path = join(folder, "shared.csv");
  const [first, rows] = [CsvFile.create(path, ["writer", "row"]), [["first", 1]]];
  await first.append(rows);
  const second = CsvFile.create(path, ["writer", "row"]);
  const theirs = Array.from({ length: 20 }, (_, at) => ["second", at]);
  await second.append(theirs);
  await expect(first.append(rows)).rejects.toThrow("another program writes to it");
  expect(() => first.close()).toThrow("another program writes to it");
  second.close();
  expect((await readCsv(path)).rows.map(({ writer, row }) => `${writer} ${row}`)).toEqual(
    theirs.map((row) => row.join(" ")),
  );
});
