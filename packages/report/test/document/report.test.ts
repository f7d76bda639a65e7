import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeCell, makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { warningsOf } from "../fixtures/statements.ts";

const full = makeResults(makeStudyCells());
const report = renderReport([full]);

describe("a report", () => {
  it("A report is the same, to the byte, when it is rendered again", () => {
    const again = renderReport([full]);
    expect(again.markdown).toBe(report.markdown);
    expect(again.html).toBe(report.html);
    expect([...again.charts]).toEqual([...report.charts]);
  });

  it("A report refers to every chart it has, and to no other", () => {
    const referred = [...report.markdown.matchAll(/\]\(charts\/([^)]+)\)/g)].map((match) => match[1]);
    expect(referred).toEqual([...report.charts.keys()]);
    for (const name of referred) {
      expect(report.html).toContain(`data-chart="${name?.replace(".svg", "")}"`);
    }
  });

  it("A report answers before anything else", () => {
    const headings = [...report.markdown.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(headings).toEqual([
      "Summary",
      "Question",
      "Environment",
      "Method",
      "Results",
      "Discussion",
      "Threats to validity",
      "Conclusion",
      "Appendix",
    ]);
    expect(report.markdown.startsWith("# ")).toBe(true);
  });

  it("A report says at the top how much of an interrupted run there is", () => {
    const cells = makeStudyCells().slice(0, 4);
    const { markdown, html } = renderReport([
      makeResults(cells, { outcome: "interrupted", cellsPlanned: 15, finishedAt: null }),
    ]);
    const banner = "4 of 15 cells were measured.";
    expect(markdown.indexOf(banner)).toBeGreaterThan(0);
    expect(markdown.indexOf(banner)).toBeLessThan(markdown.indexOf("**The "));
    expect(html).toContain(banner);
    expect(report.markdown).not.toContain("Partial");
  });

  it("A report gives every median its interval, and a cell that was run once none", () => {
    const cells = thrice([makeCell({ server: "epoll", connections: 10, messagesPerSecond: 100_000 })]);
    expect(renderReport([makeResults(cells)]).markdown).toContain("| epoll | 10 | 3 | 99,000 to 101,000 |");
    expect(renderReport([makeResults(cells.slice(0, 1))]).markdown).not.toContain("#### Intervals");
  });

  it("A report renders without a single cell", () => {
    const { markdown, html, charts } = renderReport([
      makeResults([], { outcome: "interrupted", cellsPlanned: 3 }),
    ]);
    expect(charts.size).toBe(0);
    expect(markdown).toContain("0 of 3 cells");
    expect(html).not.toContain("<figure");
  });

  it("A report draws nothing, and claims nothing, for a cell without evidence", () => {
    const bare = makeCell({
      server: "epoll",
      connections: 10,
      status: "failed",
      change: (cell) => ({
        ...cell,
        listening: null,
        final: null,
        client: null,
        reconciliation: null,
        evidence: { ...cell.evidence, corePercent: { server: null, clients: null } },
      }),
    });
    const { markdown, charts } = renderReport([{ ...makeResults([bare]), connections: new Map() }]);
    expect(warningsOf(makeResults([bare]))).toEqual([
      {
        warning: "broken",
        cell: "epoll-10",
        status: "failed",
        broken: 1,
        repetitions: 1,
        lacks: ["client", "server"],
      },
    ]);
    expect([...charts.keys()]).toEqual(["memory.svg"]);
    expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("A report survives the loss of either side", () => {
    const cells = [
      makeCell({ server: "threaded", connections: 10, change: (cell) => ({ ...cell, client: null }) }),
      makeCell({ server: "select", connections: 10, change: (cell) => ({ ...cell, final: null }) }),
      makeCell({ server: "epoll", connections: 10 }),
    ];
    const { markdown, html } = renderReport([makeResults(cells)]);
    expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
    expect(html).not.toMatch(/>(NaN|undefined|null)</);
  });
});
