import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import * as plans from "../fixtures/plans.ts";

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
/** What claims something: list items and emphasised lines where findings stand. */
const claims = ["Summary", "Results", "Discussion", "Conclusion"]
  .flatMap((heading) => section(heading).split("\n"))
  .filter((line) => /^(- |\*\*)/.test(line));

describe("a report of several runs", () => {
  it("is the same, to the byte, when it is rendered again", () => {
    const again = renderReport(runs);
    expect(again.markdown).toBe(report.markdown);
    expect(again.html).toBe(report.html);
    expect([...again.charts]).toEqual([...report.charts]);
  });

  it("has a summary, a question and results of each", () => {
    for (const { manifest } of runs) {
      expect(section("Summary")).toContain(`### ${manifest.plan}`);
      expect(section("Questions")).toContain(`**${manifest.plan}**`);
      expect(section("Results")).toContain(`### Plan ${manifest.plan}`);
    }
  });

  it("begins each summary with a sentence in bold", () => {
    const parts = section("Summary").split("\n### ").slice(1);
    expect(parts).toHaveLength(runs.length);
    for (const part of parts) expect(part.split("\n")[2]).toMatch(/^\*\*.*\*\*$/);
  });

  it("refers to every chart it has once, and each is a file of its own", () => {
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

  it("numbers its figures", () => {
    const numbers = [...report.markdown.matchAll(/^\*Figure (\d+):/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: report.charts.size }, (_, index) => index + 1));
  });

  it("has the figures of each run as a file", () => {
    expect([...report.data.keys()]).toEqual(runs.map(({ manifest }) => `data/${manifest.plan}.csv`));
    expect([...report.data.values()].map((rows) => rows.length)).toEqual(
      runs.map(({ cells }) => cells.length),
    );
  });

  it("holds nothing that is no number", () => {
    expect(report.markdown).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(report.html.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/NaN|undefined|\[object/);
  });

  it("claims no ratio without an interval", () => {
    // What the kernel counted is no ratio.
    const counted = /(overflowed|ran out) [\d,]+ times/g;
    const ratios = claims.filter((line) => /\d times\b|\bmore\b|\bless\b/.test(line.replace(counted, "")));
    expect(ratios.length).toBeGreaterThan(20);
    for (const line of ratios) expect(line).toMatch(/interval|claimed/);
  });

  it("gives two runs of one plan names of their own", () => {
    const twice = renderReport([plans.idleResults(), plans.idleResults()]);
    expect([...twice.data.keys()]).toEqual(["data/idle.csv", "data/idle-2.csv"]);
    expect(new Set(twice.charts.keys()).size).toBe(twice.charts.size);
    expect(twice.markdown).toContain("### Plan idle 2");
  });

  it("stays readable on a code host", () => {
    expect(report.markdown.length).toBeLessThan(200_000);
  });
});

describe("the environment", () => {
  it("is one table where the runs were made on one machine", () => {
    expect(section("Environment")).toContain("All runs were made on one machine");
    expect(section("Environment").match(/^\| kernel \|/gm)).toHaveLength(1);
  });

  it("names what differs where they were not", () => {
    const [idle, size] = [plans.idleResults(), plans.sizeResults()];
    const machine = { ...size.manifest.machine, kernel: "5.4.0" };
    const { markdown } = renderReport([idle, { ...size, manifest: { ...size.manifest, machine } }]);
    expect(markdown).toContain("**The runs differ in what they were made on or with:** kernel.");
    expect(markdown).toContain("| kernel | 6.18.0 | 5.4.0 |");
  });
});

describe("the threats to validity", () => {
  it("say how many alike cells look different by chance", () => {
    expect(section("Threats to validity")).toContain(
      "with 3 runs each, about 1 in 10 has runs that do not overlap",
    );
  });

  it("hold nothing against the runs of a search, which judges itself", () => {
    const results = plans.capacityResults();
    const cells = results.cells.map((cell) => ({ ...cell, status: "failed" as const }));
    expect(renderReport([{ ...results, cells }]).markdown).not.toMatch(
      /failed\. (It is|They are) in no comparison/,
    );
  });
});

describe("the conclusion", () => {
  it("says of each server where it stopped, and by which sign", () => {
    const conclusion = section("Conclusion");
    expect(conclusion).toMatch(
      /^\| idle \| select \| 1,000 idle connections \| its rate was 60 % .* \| yes \|$/m,
    );
    expect(conclusion).toMatch(/^\| idle \| epoll \| not up to 10,000 idle connections \| none \| yes \|$/m);
    expect(conclusion).toContain(
      "| capacity | select | 900 to 1,000 connections | fd-wall: So it was seen. | yes |",
    );
  });

  it("says what could not be concluded, and what would help", () => {
    expect(section("Conclusion")).toMatch(
      /- listen-overflow: 4 of 8 cells in origin and \d+ of 18 cells in backlog\. What would help: a longer backlog/,
    );
  });
});

describe("the appendix", () => {
  it("has each command once, with the cells it was used for", () => {
    const commands = section("Appendix").split("### Commands of plan idle")[1]?.split("```")[1] ?? "";
    expect(commands).toContain(
      "# threaded-0, threaded-1000, threaded-10000\nserver-threaded --port 0 --backlog 4096",
    );
    expect(commands.match(/^server-threaded /gm)).toHaveLength(1);
  });

  it("has one row for books that balance, and two for those that do not", () => {
    const results = plans.idleResults();
    const [first, ...others] = results.cells;
    if (first?.reconciliation == null) throw new Error("the fixture has books");
    const reconciliation = { ...first.reconciliation, balanced: false, differences: ["Off."] };
    const { markdown } = renderReport([{ ...results, cells: [{ ...first, reconciliation }, ...others] }]);
    expect(markdown.match(new RegExp(`^\\| ${first.id} \\|`, "gm"))).toHaveLength(2);
    expect(markdown.match(/^\| epoll-0-run-2 \|/gm)).toHaveLength(1);
  });
});

describe("a chart", () => {
  it("of nothing but zeros is not drawn", () => {
    expect([...report.charts.keys()].filter((name) => name.endsWith("overflows.svg"))).toEqual([
      "backlog-250-connections-overflows.svg",
      "backlog-1000-connections-overflows.svg",
    ]);
    const cells = makeStudyCells().filter(({ axis }) => axis === "connections");
    expect(renderReport([makeResults(cells)]).charts.has("overflows.svg")).toBe(false);
  });

  it("of a group says which in its title", () => {
    expect(report.markdown).toMatch(/!\[trigger: .*\]\(charts\/ablation-trigger-throughput\.svg\)/);
  });
});
