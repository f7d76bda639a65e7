import type { LabResults } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { listLimits } from "../../src/document/conclusion.ts";
import { renderReport } from "../../src/index.ts";
import { listExperiments } from "../../src/model/experiment.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import * as plans from "../fixtures/plans.ts";
import { warningsOf } from "../fixtures/statements.ts";

const runs = [
  plans.originResults(),
  plans.idleResults(),
  plans.backlogResults(),
  plans.churnResults(),
  plans.sizeResults(),
  plans.ablationResults(),
  plans.capacityResults(),
  makeResults(thrice(makeStudyCells()), { plan: "quick" }),
];
const report = renderReport(runs);
const section = (heading: string) => {
  const [, rest = ""] = report.markdown.split(`\n## ${heading}\n`);
  return rest.split(/\n## /)[0] ?? "";
};
describe("a report of several experiments", () => {
  it("A report of several experiments is the same, to the byte, when it is rendered again", () => {
    const again = renderReport(runs);
    expect(again.markdown).toBe(report.markdown);
    expect(again.html).toBe(report.html);
    expect([...again.charts]).toEqual([...report.charts]);
  });

  it("A report of several experiments has a summary, a question and results of each", () => {
    for (const { manifest } of runs) {
      expect(section("Summary")).toContain(`### ${manifest.plan}`);
      expect(section("Questions")).toContain(`**${manifest.plan}**`);
      expect(section("Results")).toContain(`### Plan ${manifest.plan}`);
    }
  });

  it("A report of several experiments begins each summary with a sentence in bold", () => {
    const parts = section("Summary").split("\n### ").slice(1);
    expect(parts).toHaveLength(runs.length);
    for (const part of parts) expect(part.split("\n")[2]).toMatch(/^\*\*.*\*\*$/);
  });

  it("A report of several experiments refers to every chart it has once, and each is a file of its own", () => {
    const referred = [...report.markdown.matchAll(/\]\(charts\/([^)]+)\)/g)].map((match) => match[1]);
    expect(referred).toEqual([...report.charts.keys()]);
    expect(new Set(referred).size).toBe(referred.length);
    expect(referred).toContain("origin-as-submitted-throughput.svg");
    expect(referred).toContain("idle-descriptors.svg");
    expect(referred).toContain("capacity-searched-connections.svg");
    const drawn = [...report.html.matchAll(/<figure data-chart="([^"]+)"/g)].map(
      (match) => `${match[1]}.svg`,
    );
    expect(drawn).toEqual(referred);
  });

  it("A report of several experiments numbers its figures", () => {
    const numbers = [...report.markdown.matchAll(/^\*Figure (\d+):/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: report.charts.size }, (_, index) => index + 1));
  });

  it("A report of several experiments has the figures of each run as a file", () => {
    expect([...report.data.keys()]).toEqual(runs.map(({ manifest }) => `data/${manifest.plan}.csv`));
    expect([...report.data.values()].map((rows) => rows.length)).toEqual(
      runs.map(({ repetitions: cells }) => cells.length),
    );
  });

  it("A report of several experiments holds nothing that is no number", () => {
    expect(report.markdown).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(report.html.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/NaN|undefined|\[object/);
  });

  it("A report of several experiments gives two runs of one plan names of their own", () => {
    const twice = renderReport([plans.idleResults(), plans.idleResults()]);
    expect([...twice.data.keys()]).toEqual(["data/idle.csv", "data/idle-2.csv"]);
    expect(new Set(twice.charts.keys()).size).toBe(twice.charts.size);
    expect(twice.markdown).toContain("### Plan idle 2");
  });

  it("A report of several experiments stays readable on a code host", () => {
    expect(report.markdown.length).toBeLessThan(200_000);
  });
});

describe("the environment", () => {
  it("The environment is one table where the runs were made on one machine", () => {
    expect(section("Environment").match(/^\| kernel \|/gm)).toHaveLength(1);
  });

  it("The environment names what differs where they were not", () => {
    const [idle, size] = [plans.idleResults(), plans.sizeResults()];
    const machine = { ...size.manifest.machine, kernel: "5.4.0" };
    const { markdown } = renderReport([idle, { ...size, manifest: { ...size.manifest, machine } }]);
    expect(markdown).toContain("| kernel | 6.18.0 | 5.4.0 |");
  });
});

it("The runs of a search are held against nothing: it judges them itself", () => {
  const results = plans.capacityResults();
  const repetitions = results.repetitions.map((cell) => ({ ...cell, status: "failed" as const }));
  expect(warningsOf({ ...results, repetitions })).toEqual([]);
});

describe("the conclusion", () => {
  const limits = (results: LabResults) => listExperiments([results]).flatMap(listLimits);

  it("The conclusion has a limit for each server, in the order in which they stopped", () => {
    expect(limits(plans.idleResults())).toMatchObject([
      { server: "select", stoppedAt: "1,000 idle connections", doubts: [] },
      { server: "threaded", stoppedAt: "not up to 10,000 idle connections", sign: "none" },
      { server: "epoll", stoppedAt: "not up to 10,000 idle connections", sign: "none" },
    ]);
  });

  it("The conclusion says of a server that no search brought to its limit that it did not stop", () => {
    expect(limits(plans.capacityResults())).toMatchObject([
      { server: "threaded", stoppedAt: "4,000 to 4,500 connections" },
      { server: "select", stoppedAt: "900 to 1,000 connections" },
      { server: "epoll", stoppedAt: "not up to 20,000 connections", sign: "none" },
    ]);
  });

  it("The conclusion names each doubt with the cells it is about and its remedy", () => {
    expect(section("Conclusion")).toMatch(
      /- listen-overflow: 4 of 8 cells in origin and \d+ of 18 cells in backlog\./,
    );
  });
});

describe("the appendix", () => {
  it("The appendix has each command once, with the cells it was used for", () => {
    const commands = section("Appendix").split("### Commands of plan idle")[1]?.split("```")[1] ?? "";
    expect(commands).toContain(
      "# threaded-0, threaded-1000, threaded-10000\nserver-threaded --port 0 --backlog 4096",
    );
    expect(commands.match(/^server-threaded /gm)).toHaveLength(1);
  });

  it("The appendix shows no option that names a place or a time, as startAtMs does", () => {
    const results = plans.idleResults();
    const repetitions = results.repetitions.map((one) => ({
      ...one,
      client: one.client && {
        ...one.client,
        asked: { ...one.client.asked, options: { repeat: 100, startAtMs: 1_700_000_000_000 } },
      },
    }));
    const { markdown } = renderReport([{ ...results, repetitions }]);
    expect(markdown).toContain("| client | repeat | 100 |");
    expect(markdown).not.toContain("startAtMs");
  });

  it("The appendix has one row for ledgers that agree, and two for those that differ", () => {
    const results = plans.idleResults();
    const [first, ...others] = results.repetitions;
    if (first?.reconciliation == null) throw new Error("the fixture has ledgers");
    const reconciliation = { ...first.reconciliation, balanced: false, differences: [] };
    const { markdown } = renderReport([
      { ...results, repetitions: [{ ...first, reconciliation }, ...others] },
    ]);
    expect(markdown.match(new RegExp(`^\\| ${first.id} \\|`, "gm"))).toHaveLength(2);
    expect(markdown.match(/^\| epoll-0-run-2 \|/gm)).toHaveLength(1);
  });
});

describe("a chart", () => {
  it("A chart of nothing but zeros is not drawn", () => {
    expect([...report.charts.keys()].filter((name) => name.endsWith("overflows.svg"))).toEqual([
      "backlog-250-connections-overflows.svg",
      "backlog-1000-connections-overflows.svg",
    ]);
    const cells = makeStudyCells().filter(({ axis }) => axis === "connections");
    expect(renderReport([makeResults(cells)]).charts.has("overflows.svg")).toBe(false);
  });

  it("A chart of a group says which in its title", () => {
    expect(report.markdown).toMatch(/!\[trigger: .*\]\(charts\/ablation-trigger-throughput\.svg\)/);
  });
});
