import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainOf, TestProgram } from "@c10k-lab/process/testing";
import { ExperimentComparison } from "@c10k-lab/protocol";
import { beforeAll, expect, test } from "vitest";
import { type Outcome, runHere } from "../../../packages/cli/test/fixtures/run-here.ts";
import {
  type CellWish,
  makeCell,
  makeResults,
  thrice,
} from "../../../packages/report/test/fixtures/fixture.ts";
import { program } from "../src/commands/program.ts";
import { writeResults } from "./results-on-disk.ts";

const EPOLL: CellWish = { server: "epoll", connections: 100, messagesPerSecond: 100_000 };

/** A folder with results/ in it, as the root of the repository is one. */
const root = mkdtempSync(join(tmpdir(), "c10k-compare-"));
const paths: Record<"before" | "slower" | "once" | "loads", string> = {
  before: "",
  slower: "",
  once: "",
  loads: "",
};

function leaveResults(wishes: readonly CellWish[], repetitions: 1 | 3 = 3): string {
  const cells = wishes.map(makeCell);
  return writeResults(join(root, "results"), makeResults(repetitions === 3 ? thrice(cells) : cells));
}

const compare = (...args: string[]): Promise<Outcome> => runHere(program, ["compare", ...args], root);

/** Starts the program. */
const startCompare = (...args: string[]) =>
  new TestProgram({ program: mainOf("report"), args: ["compare", ...args], cwd: root }).outcome();

beforeAll(() => {
  paths.loads = leaveResults([10, 100, 1000, 4000].map((connections) => ({ ...EPOLL, connections })));
  paths.once = leaveResults([EPOLL], 1);
  paths.slower = leaveResults([{ ...EPOLL, messagesPerSecond: 70_000 }]);
  paths.before = leaveResults([EPOLL]); // The newest, so it is results/latest.
});

test("a run against itself: exit 0, by its path and by names below results/", async () => {
  const lab = await startCompare(paths.before, "latest");
  expect(lab.code).toBe(0);
  expect(lab.stdout).toContain("after: latest, plan standard, commit 0123abc");
  expect(lab.stdout).toMatch(
    /^epoll +100 +messages\/s +100,000 +100,000 +0\.0 +−2\.0 to \+2\.0 +none shown$/m,
  );
  expect(lab.stdout.split("\n").slice(0, 2)).toEqual([
    "No regression at a threshold of 10 %.",
    expect.stringMatching(/^6 comparisons/),
  ]);
  expect(lab.stderr).toBe("");
});

test("a slower one: exit 1, which regression in a sentence, and the same as Markdown", async () => {
  const out = join(root, "written", "comparison.md");
  const lab = await startCompare("latest", paths.slower, "--out", out);
  expect(lab.code).toBe(1);
  expect(lab.stdout).toMatch(/^Regression: epoll at 100 connections: rate changed by −30\.0 % /m);
  expect(lab.stdout.split("\n")[0]).toMatch(/^1 regression at a threshold of 10 %/);
  expect(readFileSync(out, "utf8")).toContain("- epoll at 100 connections: rate changed by −30.0 %");
});

test("a page has the verdict and charts in one file", async () => {
  const out = join(root, "page", "comparison.html");
  expect((await compare(paths.loads, paths.loads, "--out", out)).code).toBe(0);
  const page = readFileSync(out, "utf8");
  expect(page).toContain("<strong>No regression at a threshold of 10\u00a0%.");
  expect(page).toContain('<figure data-chart="compare-rate">');
});

test("as Markdown the charts lie beside it", async () => {
  const out = join(root, "page", "comparison.md");
  await compare(paths.loads, paths.loads, "--out", out);
  const [, chart = ""] = /\]\((charts\/[^)]+)\)/.exec(readFileSync(out, "utf8")) ?? [];
  expect(readFileSync(join(root, "page", chart), "utf8")).toContain("<svg ");
});

test("a long table: its differences alone, the rest with --verbose", async () => {
  const short = await compare(paths.loads, paths.loads);
  expect(short.stdout).toContain("\n24 rows without a difference: --verbose.\n");
  expect(short.stdout).not.toContain("none shown");
  const long = await compare(paths.loads, paths.loads, "--verbose");
  expect(long.stdout.match(/none shown$/gm)).toHaveLength(24);
});

test("the threshold and the quantities decide; --json is for programs", async () => {
  const lenient = await compare("latest", paths.slower, "--threshold", "40%", "--json");
  expect(lenient.code).toBe(0);
  expect(ExperimentComparison.parse(JSON.parse(lenient.stdout))).toMatchObject({
    thresholdPercent: 40,
    verdict: "no-regression",
  });
  const other = await compare("latest", paths.slower, "--quantities", "memory,cpu", "--json");
  expect(other.code).toBe(0);
  expect(ExperimentComparison.parse(JSON.parse(other.stdout)).cells[0]?.changes).toHaveLength(2);
});

test("nothing comparable: exit 1 and why", async () => {
  const lab = await compare("latest", paths.once);
  expect(lab.code).toBe(1);
  expect(lab.stdout).toContain(
    "Nothing could be compared: fewer than 3 repetitions that ended well (epoll at 100 connections).",
  );
});

test("a folder whose files cannot be read: exit 1, one sentence", async () => {
  const damaged = join(root, "damaged");
  mkdirSync(damaged);
  writeFileSync(join(damaged, "manifest.json"), "{");
  const lab = await compare(damaged, "latest");
  expect([lab.code, lab.stdout]).toEqual([1, ""]);
  expect(lab.stderr).toMatch(/^report: .*damaged\/manifest\.json cannot be read: .*\n$/);
});

test("a file that cannot be written: exit 3, one sentence", async () => {
  const lab = await compare("latest", "latest", "--out", "/proc/none/a.md");
  expect(lab.code).toBe(3);
  expect(lab.stderr).toMatch(/^report: cannot write to --out \/proc\/none\/a\.md: .*\n$/);
});

test("a mistake in the command line: exit 2, one sentence, also for a folder without results", async () => {
  const lab = await startCompare("latest", "results");
  expect([lab.code, lab.stdout]).toEqual([2, ""]);
  expect(lab.stderr).toBe("report: results is no results folder: it has no manifest.json\n");
});

test.each([
  [[], "2 arguments are needed, 0 given"],
  [["latest"], "2 arguments are needed, 1 given"],
  [["latest", "latest", "latest"], "unknown argument 'latest'"],
  [["nosuch", "latest"], "nosuch is no results folder: it has no manifest.json"],
  [["latest", "latest", "--threshold", "5"], "--threshold: '5' is not a percentage such as 10%"],
  [["latest", "latest", "--quantities", "rate,speed"], "--quantities: 'speed' is not one of rate, p50,"],
  [["latest", "latest", "--strict"], "unknown option --strict"],
])("compare refuses %j in one sentence", async (args, words) => {
  const { code, stdout, stderr } = await compare(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^report: [^\n]*\n$/);
  expect(stderr).toContain(words);
});
