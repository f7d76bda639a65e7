import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LabProcess, until } from "@c10k-lab/process/testing";
import { Capacity, Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test } from "vitest";

/** Options that make the result independent of timing: one repetition, and an objective that a busy machine meets. */
const PATIENT = ["--repeats", "1", "--p99", "20s", "--achieved", "0%"];

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const capacityIn = (lab: LabProcess) => Capacity.parse(json(lab.results, "latest", "capacity.json"));

/** Returns what a lab printed, without the breaks of its lines. */
const textOf = ({ stdout }: LabProcess) => stdout.replace(/\s+/g, " ");

test("a capacity search finds an interval around the descriptor limit of select and names the signal", async () => {
  const range = ["--only", "connections", "--connections", "600..2000", "--at-rate", "4000"];
  const exact = ["--duration", "500ms", "--precision", "25%"];
  const lab = new LabProcess(["capacity", "--servers", "select", ...range, ...exact, ...PATIENT]);
  expect(await lab.exited).toBe(0);
  const { searches, objective } = capacityIn(lab);
  expect(objective).toEqual({ p99Ms: 20_000, achievedMin: 0, failuresMax: 0 });
  expect(searches).toMatchObject([
    {
      variant: "select",
      searched: "connections",
      fixed: { rate: 4000 },
      ended: "boundary",
      met: 900,
      failed: 1050,
      first: { signal: "fd-wall" },
    },
  ]);
  expect(searches[0]?.tries.map(({ value, met }) => [value, met])).toEqual([
    [600, true],
    [1200, false],
    [900, true],
    [1050, false],
  ]);
  expect(textOf(lab)).toMatch(
    /select missed the objective at 1,050 connections in 1 of 1 trial\. The server refused \d+ of 1,050 connections/,
  );
  expect(lab.stderr).toMatch(/select, connections: 1,200 failed: fd-wall: /);
}, 120_000);

test("a capacity search finds connections, then the rate, up to its bounds; lab report repeats the result", async () => {
  const connections = ["--connections", "10..20", "--at-rate", "200"];
  const rate = ["--rate", "100..200", "--at-connections", "5"];
  const lab = new LabProcess(
    ["capacity", "--servers", "epoll", "--duration", "300ms"].concat(connections, rate, PATIENT),
  );
  expect(await lab.exited).toBe(0);
  const folder = join(lab.results, "latest");
  const { searches } = capacityIn(lab);
  expect(searches.map(({ searched, met, ended }) => ({ searched, met, ended }))).toEqual([
    { searched: "connections", met: 20, ended: "bound" },
    { searched: "rate", met: 200, ended: "bound" },
  ]);
  for (const { tries, searched } of searches) {
    for (const { value, trials } of tries) {
      const [trial] = trials;
      const cell = RepetitionResult.parse(json(folder, trial?.cell ?? "", "cell.json"));
      expect(cell).toMatchObject({ group: searched, axis: searched, status: "ok" });
      if (searched === "rate") {
        // One start on 5 connections has a slice for each rate.
        expect(cell).toMatchObject({ connections: 5, repetition: 1, reconciliation: { balanced: true } });
        const slice = cell.slices.find(({ block }) => block === trial?.block);
        expect(slice?.offered).toMatchObject({ perSecond: value, unanswered: 0 });
        expect(slice?.offered?.messages).toBeGreaterThan(0.25 * value);
        expect(LatencyHistogram.decode(slice?.histograms.intended ?? "").count).toBe(
          slice?.offered?.messages,
        );
      } else {
        expect(cell).toMatchObject({ axisValue: value, connections: value, slices: [] });
        expect(cell.commands.clients[0]).toContain("--rate 200");
      }
    }
  }
  const trials = searches.flatMap(({ tries }) => tries.flatMap((one) => one.trials));
  const { cellsPlanned, outcome } = Manifest.parse(json(folder, "manifest.json"));
  expect({ cellsPlanned, outcome }).toEqual({
    outcome: "complete",
    cellsPlanned: new Set(trials.map(({ cell }) => cell)).size,
  });
  const again = new LabProcess(["report", folder]);
  expect(await again.exited).toBe(0);
  for (const text of [textOf(lab), textOf(again)]) {
    expect(text).toContain("epoll met the objective up to 20 connections. The search stopped at 20, ");
    expect(text).toContain("epoll met the objective up to 200 messages/s. The search stopped at 200, ");
  }
}, 120_000);

test.each([
  ["connections", ["--connections", "10..2000", "--at-rate", "2000"]],
  ["rate", ["--rate", "10..2000", "--at-connections", "5"]],
])(
  "a capacity search that is interrupted while it tries %s keeps its results and exits with 130",
  async (searched, range) => {
    const only = ["--only", searched, "--duration", "1s"];
    const lab = new LabProcess(["capacity", "--servers", "epoll", ...only, ...range, ...PATIENT]);
    await until(
      () =>
        !lab.isRunning || (lab.stderr.includes(`epoll, ${searched}: 10 met`) && lab.children().length > 0),
      "the first value is met and the next trial runs",
      60_000,
    );
    lab.signal("SIGINT");
    expect(await lab.exited).toBe(130);
    expect(lab.children()).toEqual([]);
    const { searches } = capacityIn(lab);
    expect(searches).toHaveLength(1);
    expect(searches[0]).toMatchObject({ ended: "interrupted", failed: null });
    expect(searches[0]?.tries[0]).toMatchObject({ value: 10, met: true });
    expect(textOf(lab)).toContain("epoll: interrupted; ");
  },
  120_000,
);
