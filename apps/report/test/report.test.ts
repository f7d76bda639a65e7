import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { mainOf, TestProgram } from "@c10k-lab/process/testing";
import type { LabResults } from "@c10k-lab/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { type Outcome, runHere } from "../../../packages/cli/test/fixtures/run-here.ts";
import { capacityResults, idleResults, sizeResults } from "../../../packages/report/test/fixtures/plans.ts";
import { program } from "../src/commands/program.ts";
import { writeResults } from "./results-on-disk.ts";

/** A folder with results/ in it, as the root of the repository is one. */
const root = mkdtempSync(join(tmpdir(), "c10k-report-"));
const paths = { idle: "", size: "", capacity: "" };

const leaveResults = (results: LabResults) => writeResults(join(root, "results"), results);

const report = (...args: string[]): Promise<Outcome> => runHere(program, ["report", ...args], root);

/** Starts the program. */
const startReport = (...args: string[]) =>
  new TestProgram({ program: mainOf("report"), args: ["report", ...args], cwd: root }).outcome();

beforeAll(() => {
  paths.idle = leaveResults(idleResults());
  paths.size = leaveResults(sizeResults());
  paths.capacity = leaveResults(capacityResults());
});

test("one run: its answer in twenty lines, and the report in its own folder", async () => {
  const lab = await startReport(paths.idle);
  expect(lab.code).toBe(0);
  expect(lab.stdout.split("\n").length).toBeLessThanOrEqual(21);
  expect(lab.stdout).toContain("report.html");
  expect(readFileSync(join(paths.idle, "details.md"), "utf8")).toContain("## Plan idle");
  expect((await readCsv(join(paths.idle, "summary.csv"))).rows).toHaveLength(27);
});

test("several runs: one report in a folder of its own, with the figures of each beside it", async () => {
  const out = join(root, "written");
  const lab = await report(paths.idle, paths.size, "latest", "--out", out);
  expect(lab.code).toBe(0);
  expect(lab.stdout).toMatch(/^capacity: .*\bselect\b/m);
  const markdown = readFileSync(join(out, "details.md"), "utf8");
  for (const plan of ["idle", "size", "capacity"]) expect(markdown).toContain(`## Plan ${plan}`);
  for (const [, chart] of markdown.matchAll(/\]\((charts\/[^)]+)\)/g)) {
    expect(existsSync(join(out, chart ?? ""))).toBe(true);
  }
  expect(readdirSync(join(out, "data")).sort()).toEqual(["capacity.csv", "idle.csv", "size.csv"]);
  expect((await readCsv(join(out, "data", "size.csv"))).rows).toHaveLength(27);
});

test("charts of an earlier report in the same folder go, other files stay", async () => {
  const out = join(root, "again");
  mkdirSync(join(out, "charts"), { recursive: true });
  for (const name of ["old.svg", "note.txt"]) writeFileSync(join(out, "charts", name), "");
  expect((await report(paths.size, "--out", out)).code).toBe(0);
  const left = readdirSync(join(out, "charts"));
  expect(left).not.toContain("old.svg");
  expect(left).toContain("note.txt");
  expect(left).toContain("data-rate.svg");
});

test("several runs without a folder to write to, and a folder that cannot be written to", async () => {
  const nowhere = await startReport(paths.idle, paths.size);
  expect(nowhere.code).toBe(2);
  expect(nowhere.stderr).toMatch(
    /^report: --out: name the folder that a report of several experiments goes to.*\n$/,
  );
  const unwritable = await startReport(paths.idle, "--out", "/proc/none");
  expect(unwritable.code).toBe(3);
  expect(unwritable.stderr).toMatch(/^report: cannot write to \/proc\/none: .*\n$/);
});

test("results of an earlier version are refused in one sentence that names both forms", async () => {
  const old = join(root, "old");
  mkdirSync(old);
  writeFileSync(join(old, "manifest.json"), JSON.stringify({ schema: "c10k-lab/manifest/1", plan: "quick" }));
  const ended = await report(old);
  expect([ended.code, ended.stdout]).toEqual([1, ""]);
  expect(ended.stderr).toMatch(
    /^report: .*manifest\.json has the form c10k-lab\/manifest\/1, this version reads c10k-lab\/manifest\/2: .*\n$/,
  );
});

test.each(["{", "{}", "null", "\0\0"])(
  "trial X5: a cell.json of %j is named and left out, the others are reported",
  async (text) => {
    const results = idleResults();
    const folder = leaveResults(results);
    const [first] = results.repetitions;
    const damaged = join(folder, first?.id ?? "", "cell.json");
    writeFileSync(damaged, text);
    const { code, stderr } = await report(folder);
    expect(code).toBe(1);
    expect(stderr).toContain(`${damaged} `);
    expect(stderr).toContain("left out");
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("# What does idle ask?");
  },
);

test("trial X5: the copy of another cell counts once, and nothing in a damaged file steers the terminal", async () => {
  const results = idleResults();
  const folder = leaveResults(results);
  const [first, second, third] = results.repetitions.map(({ id }) => join(folder, id, "cell.json"));
  copyFileSync(first ?? "", second ?? "");
  writeFileSync(third ?? "", "\u001b[2J\n");
  const pipe = join(folder, results.repetitions[3]?.id ?? "", "cell.json");
  rmSync(pipe);
  execFileSync("mkfifo", [pipe]);
  const { code, stderr } = await report(folder);
  expect(code).toBe(1);
  expect(stderr).toContain(`${second} is damaged: it is the file of the cell ${results.repetitions[0]?.id};`);
  expect(stderr).toContain(`${third} cannot be read: `);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(stderr).toContain(`${pipe} cannot be read: it is a pipe;`);
  expect(stderr.trimEnd().split("\n")).toHaveLength(3);
});

test("trial X7: a cell that was removed afterwards is missed, in the report and with exit code 1", async () => {
  const results = idleResults();
  const folder = leaveResults(results);
  rmSync(join(folder, results.repetitions[0]?.id ?? ""), { recursive: true });
  const { code, stderr } = await report(folder);
  const all = results.manifest.cellsPlanned;
  expect([code, stderr]).toEqual([1, `report: ${folder}: 1 of ${all} cells are missing\n`]);
  expect(readFileSync(join(folder, "report.md"), "utf8")).toContain(
    `**Partial:** ${all - 1} of ${all} cells were measured.`,
  );
});

test("trial X17: no experiment counts twice, and none has its report written over by another's", async () => {
  const twice = await report(paths.idle, `${paths.idle}/.`, "--out", join(root, "twice"));
  expect([twice.code, twice.stderr]).toEqual([2, `report: ${paths.idle}/. is named twice\n`]);
  const over = await report(paths.idle, "--out", paths.size);
  expect([over.code, over.stderr]).toEqual([
    2,
    `report: --out: ${paths.size} holds the report of another experiment\n`,
  ]);
});

describe("B2, B14: the rows of a cell's connections", () => {
  /** Returns the file of rows of the first cell of an experiment, and its lines. */
  function leaveRows(): { folder: string; file: string; header: string; rows: string[] } {
    const results = idleResults();
    const folder = leaveResults(results);
    const file = join(folder, results.repetitions[0]?.id ?? "", "client.csv");
    const [header = "", ...rows] = readFileSync(file, "utf8").match(/.*\n/g) ?? [];
    return { folder, file, header, rows };
  }

  test("are read when there is one for each connection", async () => {
    const { folder, rows } = leaveRows();
    expect(rows.length).toBeGreaterThan(2);
    expect(await report(folder)).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    [
      "cut between two rows",
      (rows: string[]) => rows.slice(0, -1),
      (all: number) => `(${all - 1} of ${all})`,
    ],
    [
      "cut in the middle of a row",
      (rows: string[]) => [...rows.slice(0, -1), "9,1."],
      (all: number) => `(${all - 1} of ${all})`,
    ],
    ["empty", () => [], (all: number) => `(0 of ${all})`],
    ["damaged in the middle", (rows: string[]) => rows.with(1, "2,1.5\n"), () => "("],
    [
      "of times that are none",
      (rows: string[]) => rows.with(1, "2,NaN,1,2,ok\n"),
      () => "('NaN' is no time)",
    ],
    ["of other bytes", (rows: string[]) => rows.map(() => "\u0001,,,,\n"), () => "(row 1 has no number"],
  ])("%s are named and left out, and the report is written", async (_what, damage, reason) => {
    const { folder, file, header, rows } = leaveRows();
    writeFileSync(file, header + damage(rows).join(""));
    const { code, stderr } = await report(folder);
    expect(code).toBe(1);
    expect(stderr).toContain(`${dirname(file)} has damaged rows of its connections ${reason(rows.length)}`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("# What does idle ask?");
  });

  test("are missed where a cell has no file of them, in the report and with exit code 1", async () => {
    const { folder, file } = leaveRows();
    rmSync(file);
    const { code, stderr } = await report(folder);
    const fault = "client.csv is not there: the rows of connections are left out";
    expect([code, stderr]).toEqual([1, `report: ${dirname(file)}/${fault}\n`]);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain(
      `> **Left out:** ${basename(dirname(file))}/${fault}.`,
    );
  });
});

test.each([
  ["findings.json", "{", "findings.json cannot be read: "],
  ["findings.json", "[]", "findings.json is damaged: its content is not as it should be"],
  ["capacity.json", '{"schema":"c10k-lab/capacity/2"}', "capacity.json is damaged: "],
  ["capacity.json", "\u001b[2J", "capacity.json cannot be read: "],
])(
  "trial X5: a damaged %s of %j is named and left out, and the rest is reported",
  async (name, text, fault) => {
    const folder = leaveResults(name === "capacity.json" ? capacityResults() : idleResults());
    writeFileSync(join(folder, name), text);
    const { code, stderr } = await report(folder);
    expect(code).toBe(1);
    expect(stderr).toContain(`report: ${folder}/${fault}`);
    expect(stderr).toMatch(/; it is left out\n$/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain(`> **Left out:** ${fault}`);
  },
);
