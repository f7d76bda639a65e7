import { type Coefficients, rateAt } from "@c10k-lab/inference";
import type { CellResult, ClientSummary } from "@c10k-lab/protocol";
import { scientific } from "@c10k-lab/words";
import { describe, expect, it } from "vitest";
import { scalabilityChart } from "../../src/charts/data/scalability.ts";
import { chartOption } from "../../src/charts/draw/chart-option.js";
import { LOOKS } from "../../src/charts/draw/looks.js";
import { scalabilityModel } from "../../src/document/results/scalability-model.ts";
import { renderReport } from "../../src/index.ts";
import { type Study, studiesOf } from "../../src/model/study.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";

const LOADS = [1, 2, 5, 10, 50, 100, 500, 1000];
const FALLING = { gamma: 25_000, alpha: 0.2, beta: 2e-5 };
const LEVEL = { gamma: 25_000, alpha: 0.2, beta: 0 };

/** Cells on the law, three runs each, 1 % apart. */
function cellsOn(
  coefficients: Coefficients,
  server: CellWish["server"] = "epoll",
  change: (load: number) => Partial<CellWish> = () => ({}),
  loads: readonly number[] = LOADS,
): CellResult[] {
  const wish = (load: number): CellWish => ({
    server,
    connections: load,
    messagesPerSecond: Math.round(rateAt(coefficients, load)),
    ...change(load),
  });
  return thrice(loads.map((load) => makeCell(wish(load))));
}

function studyOf(cells: readonly CellResult[]): Study {
  const [study] = studiesOf(makeResults(cells));
  return study as Study;
}

function sectionOf(cells: readonly CellResult[]): string {
  return scalabilityModel(studyOf(cells));
}

function chartOf(cells: readonly CellResult[]) {
  return scalabilityChart(studyOf(cells));
}

describe("the scalability model", () => {
  it("gives each coefficient its interval, and the peak where the data enclose it", () => {
    const section = sectionOf([...cellsOn(FALLING), ...cellsOn(LEVEL, "threaded")]);
    const [, , , , , peak, residual] = /^\| epoll .*$/m.exec(section)?.[0].split(" | ") ?? [];
    expect(section).toMatch(
      /^\| epoll \| 8 \| 25,0\d\d \(2[\d,]+ to 2[\d,]+\) \| 0\.20 \(0\.\d+ to 0\.\d+\)/m,
    );
    expect(peak).toMatch(/^200 \(1\d\d to 2\d\d\)$/);
    expect(residual).toMatch(/^(0|under 1) % at/);
    expect(section).toMatch(
      /^- epoll: the fitted rate is highest at 200 connections \(99 % interval 1\d\d to 2\d\d\) and falls from there on\.$/m,
    );
    expect(section).toContain("| none: β may be 0 |");
    expect(section).toMatch(
      /^- threaded: no peak is named: β may be 0 \(99 % interval 0 to [\d.]+ × 10⁻.\), so the rate may level off without ever falling\.$/m,
    );
  });

  it("is not fitted to fewer than six loads, and then has neither table nor chart", () => {
    const cells = cellsOn(FALLING, "epoll", () => ({}), [10, 100, 1000, 4000]);
    const section = sectionOf(cells);
    expect(section).toContain("- epoll: not fitted: 4 points, 6 are needed.");
    expect(section).not.toContain("|");
    expect(chartOf(cells)).toBeNull();
  });

  it("does not look beyond the data for a peak", () => {
    const section = sectionOf(cellsOn({ ...FALLING, beta: 1e-7 }, "epoll", () => ({}), LOADS));
    expect(section).toMatch(/^- epoll: (no peak is named|peak not identifiable)/m);
    const steep = sectionOf(cellsOn({ ...FALLING, alpha: 0, beta: 4e-7 }));
    expect(steep).toMatch(
      /^- epoll: peak not identifiable: it lies outside the data, which are 1 to 1,000 connections \(99 % interval 1,[\d,]+ to [\d,]+\)\.$/m,
    );
    expect(steep).toContain("| not identifiable: outside the data |");
  });

  it("says that it fits poorly", () => {
    const section = sectionOf(
      cellsOn(FALLING, "epoll", (load) => (load === 5 ? { messagesPerSecond: 200_000 } : {})),
    );
    expect(section).toMatch(
      /^- epoll: a poor fit: it misses the rate at 5 connections by \d\d % ?.*so no peak is named\.$/m,
    );
    expect(section).toMatch(/\| none: poor fit \| \d\d % at 5 \(poor fit\) \|/);
  });

  it("claims nothing from runs too few for an interval", () => {
    const once = cellsOn(FALLING).filter(({ repeat }) => repeat === 2);
    const section = sectionOf(once);
    expect(section).toContain(
      "- epoll: no intervals can be drawn, for which each load needs 3 runs, so no peak is named.",
    );
    expect(section).toMatch(/^\| epoll \| 8 \| 25,0\d\d \(–\) \|/m);
  });

  it("names the cells it leaves out, and those that may not be the server's", () => {
    const cells = cellsOn(FALLING, "select", (load) => {
      if (load === 1000) return { refused: 6 };
      return load === 500 ? { doubt: "client-limit" } : {};
    });
    const section = sectionOf(cells);
    expect(section).toContain("| select | 7 |");
    expect(section).toContain("Left out: select-1000 (limited). Inconclusive: select-500 (client-limit).");
    const chart = chartOf(cells);
    expect(chart?.series[0]?.points.map(([load]) => load)).toEqual(LOADS.slice(0, -1));
    expect(chart?.series[0]?.hollow.map(([load]) => load)).toEqual([1000]);
    expect(chart?.caption).toContain("Hollow: select at 1,000 (limited).");
  });

  it("is fitted to closed loops of one client and one server with every connection busy, and to nothing else", () => {
    const asked = (change: Partial<ClientSummary["asked"]>) => (cell: CellResult) => ({
      ...cell,
      client: cell.client && { ...cell.client, asked: { ...cell.client.asked, ...change } },
    });
    const others: ((cell: CellResult) => CellResult)[] = [
      asked({ options: { rate: 1000 } }),
      asked({ options: { thinkMs: { from: 5, to: 15 } } }),
      asked({ options: { noBarrier: true } }),
      asked({ active: 0 }),
      (cell) => ({ ...cell, clients: 4 }),
      (cell) => ({ ...cell, servers: 2 }),
      (cell) => ({ ...cell, axis: "size" }),
      (cell) => ({
        ...cell,
        client: cell.client && {
          ...cell.client,
          latencyUs: { ...cell.client.latencyUs, intended: cell.client.latencyUs.response },
        },
      }),
    ];
    for (const change of others) {
      expect(sectionOf(cellsOn(FALLING, "epoll", () => ({ change })))).toBe("");
    }
    const mixed = sectionOf(
      cellsOn(FALLING, "epoll", (load) =>
        load === 10 ? { change: asked({ options: { rate: 1000 } }) } : {},
      ),
    );
    expect(mixed).toContain("Left out: epoll-10 (open loop).");
    expect(sectionOf([])).toBe("");
  });
});

describe("the chart of the model", () => {
  const cells = [
    ...cellsOn(FALLING),
    ...cellsOn(LEVEL, "threaded"),
    ...cellsOn(LEVEL, "select", () => ({}), [10, 100]),
  ];
  const chart = chartOf(cells);

  it("draws each curve from the smallest load it is fitted to to the largest, no further", () => {
    const curves = new Map(chart?.series.map(({ name, curve }) => [name, curve ?? []]));
    for (const name of ["threaded", "epoll"]) {
      const loads = curves.get(name)?.map(([load]) => load) ?? [];
      expect(loads[0]).toBe(1);
      expect(loads.at(-1)).toBe(1000);
      expect(Math.max(...loads)).toBe(1000);
    }
    const [load = 0, rate = 0] = curves.get("epoll")?.[40] ?? [];
    expect(rate / rateAt(FALLING, load)).toBeCloseTo(1, 2);
    expect(curves.get("select")).toEqual([]);
    expect(chart?.caption).toContain("Without a curve: select.");
  });

  it("says where the rate is highest, or that nothing says so", () => {
    expect(chart?.title).toBe("The fitted rate is highest at 200 connections for epoll");
    expect(chartOf(cellsOn(LEVEL))?.title).toBe("The scalability model locates no peak within the data");
  });

  it("puts a curve, its marks and their intervals under one name and one colour in the legend", () => {
    if (chart === null) throw new Error("no chart");
    const option = chartOption({ ...chart, variants: ["threaded", "select", "epoll"] }, LOOKS.light, 960) as {
      legend: { data: string[] };
      series: {
        name: string;
        color: string;
        data: unknown[];
        showSymbol?: boolean;
        tooltip?: { show: boolean };
      }[];
    };
    expect(option.legend.data).toEqual(["threaded", "select", "epoll"]);
    const epoll = option.series.filter(({ name }) => name === "epoll");
    expect(epoll).toHaveLength(3);
    expect(new Set(epoll.map(({ color }) => color)).size).toBe(1);
    const [curve, marks] = epoll;
    expect(curve).toMatchObject({ showSymbol: false, tooltip: { show: false } });
    expect(marks).toMatchObject({ showSymbol: true, lineStyle: { width: 0 } });
    expect(marks?.data).toHaveLength(LOADS.length);
  });

  it("is in the report, beside the section, and the same when it is rendered again", () => {
    const report = renderReport([makeResults(cells)]);
    expect(report.charts.get("usl.svg")).not.toMatch(/NaN|undefined|Infinity/);
    expect(report.markdown).toContain("### Scalability model");
    expect(report.markdown).toContain("(charts/usl.svg)");
    expect(report.html).toContain('data-chart="usl"');
    expect(renderReport([makeResults(cells)]).html).toBe(report.html);
    const ids = [...report.html.matchAll(/<h\d id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it("numbers far below 1 are written with a power of ten", () => {
  expect([0, 0.5, 0.0123, 0.000_012_3, 9.96e-12].map(scientific)).toEqual([
    "0",
    "0.50",
    "0.012",
    "1.2 × 10⁻⁵",
    "1.0 × 10⁻¹¹",
  ]);
});
