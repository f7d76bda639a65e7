import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { LabProcess, until } from "@c10k-lab/process/testing";
import { EXIT, Findings, Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test } from "vitest";

const PLAN = `
question: Do slices work?
about: A plan of a test.
vary: connections
values: [8]
measure: slices
repeats: 2
budget: 35s
variants:
  threaded:
  epoll:
`;

function start(...args: string[]): LabProcess {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-slices-")), "mine.yaml");
  writeFileSync(file, PLAN);
  return new LabProcess(["run", file, ...args]);
}

function readCells(folder: string): RepetitionResult[] {
  return readdirSync(folder)
    .filter((name) => name.includes("-run-"))
    .map((name) => RepetitionResult.parse(JSON.parse(readFileSync(join(folder, name, "cell.json"), "utf8"))));
}

const readFindings = (folder: string) =>
  Findings.parse(JSON.parse(readFileSync(join(folder, "findings.json"), "utf8")));

test("a plan in slices has blocks of all variants, ledgers that agree, and findings with intervals", async () => {
  const lab = start();
  expect(await lab.exited, lab.stderr).toBe(0);
  expect(lab.stderr, "a page that nobody asked for").not.toContain("watch it at");
  const folder = join(lab.results, "latest");
  const cells = readCells(folder);
  expect(new Set(cells.map(({ variant }) => variant))).toEqual(new Set(["threaded", "epoll"]));
  for (const cell of cells) {
    expect(cell).toMatchObject({ status: "ok", doubts: [], reconciliation: { balanced: true } });
    expect(cell.slices.length).toBeGreaterThanOrEqual(3);
    for (const slice of cell.slices) {
      expect(slice.messages).toBeGreaterThan(0);
      expect(slice.server.cpuUsPerMessage).toBeGreaterThan(0);
      expect(slice.durationMs).toBeGreaterThanOrEqual(100);
      expect(LatencyHistogram.decode(slice.histograms.response).count).toBeGreaterThan(0);
    }
  }
  const { findings, levels } = readFindings(folder);
  expect(findings.map(({ question, quantity, variant }) => `${question} ${quantity} ${variant}`)).toEqual([
    "variants cost threaded",
    "variants rate threaded",
  ]);
  expect(findings[0]).toMatchObject({ against: { variant: "epoll", axisValue: 8 }, level: 99 });
  expect(findings[0]?.effect).toBeGreaterThan(0);
  // On a machine with other work the budget may suffice for one start only, which has no interval.
  if (cells.length > 2) expect(findings[0]?.low).toBeLessThan(findings[0]?.effect ?? 0);
  expect(levels).toHaveLength(4);
  const { rows } = await readCsv(join(folder, "summary.csv"));
  expect(rows).toHaveLength(cells.length);
  for (const row of rows) expect(Number(row.server_cpu_us_per_message)).toBeGreaterThan(0);
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
  expect(manifest).toMatchObject({ outcome: "complete", cellsPlanned: cells.length });
}, 90_000);

test("an interrupt keeps the repetitions under way, and no server or client stays", async () => {
  const lab = start("--budget", "60s");
  await until(
    () => lab.stderr.includes("start 1") || lab.stdout.includes("start 1"),
    "the first start is over",
    40_000,
  );
  lab.signal("SIGINT");
  expect(await lab.exited).toBe(130);
  const folder = join(lab.results, "latest");
  expect(readCells(folder).length).toBeGreaterThanOrEqual(2);
  expect(readFindings(folder).schema).toBe("c10k-lab/findings/1");
}, 90_000);

test.each([
  [["--duration", "1s"], "--duration: slices have no such bound"],
  [["--load", "repeat=5"], "--load: repeat: slices have no such bound"],
])("%j does not go with slices: one sentence, exit 2", async (args, words) => {
  const lab = start(...args);
  expect(await lab.exited).toBe(2);
  expect(lab.stderr).toContain(words);
});

test("a budget that leaves no time for a load is a fact of the findings, and terminal and report say so", async () => {
  const lab = start("--budget", "6s");
  expect(await lab.exited, "nothing was measured").toBe(EXIT.incomplete);
  const [name = ""] = readdirSync(lab.results);
  const folder = join(lab.results, name);
  expect(readFindings(folder).unmeasured).toEqual([
    { group: null, axis: "connections", at: 8, wouldTake: null },
  ]);
  const sentence = "Not measured for lack of time: 8 connections. It takes a longer --budget.";
  expect(lab.stdout).toContain(sentence);
  expect(readFileSync(join(folder, "report.md"), "utf8")).toContain(`> ${sentence}`);
});
