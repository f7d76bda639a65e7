import { type Coefficients, rateAt } from "@c10k-lab/inference";
import type { ClientSummary, RepetitionResult } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { scalabilityChart } from "../../src/charts/data/scalability.ts";
import { chartOption } from "../../src/charts/draw/chart-option.ts";
import { LOOKS } from "../../src/charts/draw/looks.ts";
import { collectDoubts } from "../../src/comparison/doubts.ts";
import { scalabilityModel } from "../../src/document/results/scalability-model.ts";
import { renderReport } from "../../src/index.ts";
import { type Group, listGroups } from "../../src/model/group.ts";
import { fitModels, type ScalabilityModel } from "../../src/scalability/model.ts";
import { type Peak, peakIn } from "../../src/scalability/peak.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";

const SERVERS = ["threaded", "select", "epoll"];
const LOADS = [1, 2, 5, 10, 50, 100, 500, 1000];
const FALLING = { gamma: 25_000, alpha: 0.2, beta: 2e-5 };
const LEVEL = { gamma: 25_000, alpha: 0.2, beta: 0 };

/** Cells on the law, three runs each, 1 % apart. */
function cellsOn(
  coefficients: Coefficients,
  server: CellWish["server"] = "epoll",
  change: (load: number) => Partial<CellWish> = () => ({}),
  loads: readonly number[] = LOADS,
): RepetitionResult[] {
  const wish = (load: number): CellWish => ({
    server,
    connections: load,
    messagesPerSecond: Math.round(rateAt(coefficients, load)),
    ...change(load),
  });
  return thrice(loads.map((load) => makeCell(wish(load))));
}

function groupOf(cells: readonly RepetitionResult[]): Group {
  const [group] = listGroups(makeResults(cells));
  return group as Group;
}

function sectionOf(cells: readonly RepetitionResult[]): string {
  return scalabilityModel(groupOf(cells));
}

function chartOf(cells: readonly RepetitionResult[]) {
  return scalabilityChart(groupOf(cells));
}

function modelOf(cells: readonly RepetitionResult[], variant = "epoll"): ScalabilityModel {
  const model = fitModels(groupOf(cells)).find((one) => one.variant === variant);
  if (model === undefined) throw new Error(`no model of ${variant}`);
  return model;
}

function peakOf(cells: readonly RepetitionResult[], variant = "epoll"): Peak {
  const { fitted } = modelOf(cells, variant);
  if (fitted === null) throw new Error(`${variant} is not fitted`);
  return peakIn(fitted);
}

describe("the scalability model", () => {
  it("The scalability model gives each coefficient its interval, and the peak where the data enclose it", () => {
    const cells = [...cellsOn(FALLING), ...cellsOn(LEVEL, "threaded")];
    const { fitted } = modelOf(cells);
    expect(fitted?.coefficients.gamma).toBeCloseTo(25_000, -3);
    expect(fitted?.coefficients.alpha).toBeCloseTo(0.2, 2);
    expect(fitted?.intervals?.gamma.low).toBeLessThan(25_100);
    expect(Math.abs(fitted?.worst.residual ?? 1)).toBeLessThan(0.01);
    const peak = peakOf(cells);
    expect(peak).toMatchObject({ claim: "peak", connections: expect.closeTo(200, -1) });
    expect(peakOf(cells, "threaded")).toMatchObject({ claim: "beta-may-be-0", beta: { low: 0 } });
    // A row for each variant, a cell for each column.
    const rows = sectionOf(cells)
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(rows.map((row) => row.split("|").length)).toEqual([9, 9, 9, 9]);
  });

  it("The scalability model is not fitted to fewer than six loads, and then has neither table nor chart", () => {
    const cells = cellsOn(FALLING, "epoll", () => ({}), [10, 100, 1000, 4000]);
    expect(modelOf(cells)).toMatchObject({ fitted: null, cells: { length: 4 } });
    expect(sectionOf(cells)).not.toContain("|");
    expect(chartOf(cells)).toBeNull();
  });

  it("The scalability model names no peak beyond the data", () => {
    expect(peakOf(cellsOn({ ...FALLING, beta: 1e-7 })).claim).not.toBe("peak");
    expect(peakOf(cellsOn({ ...FALLING, alpha: 0, beta: 4e-7 }))).toMatchObject({
      claim: "outside",
      onlyInterval: false,
    });
  });

  it("The scalability model calls a curve that misses a rate a poor fit", () => {
    const cells = cellsOn(FALLING, "epoll", (load) => (load === 5 ? { messagesPerSecond: 200_000 } : {}));
    expect(peakOf(cells)).toEqual({ claim: "poor-fit" });
    expect(modelOf(cells).fitted?.worst.connections).toBe(5);
  });

  it("The scalability model claims nothing from repetitions too few for an interval", () => {
    const once = cellsOn(FALLING).filter(({ repetition }) => repetition === 2);
    expect(peakOf(once)).toEqual({ claim: "no-interval" });
  });

  it("The scalability model leaves out limited cells, and doubts those that may not be the server's", () => {
    const cells = cellsOn(FALLING, "select", (load) => {
      if (load === 1000) return { refused: 6 };
      return load === 500 ? { doubt: "client-limit" } : {};
    });
    const model = modelOf(cells, "select");
    expect(model.cells).toHaveLength(7);
    expect(model.leftOut).toMatchObject([{ cell: { name: "select-1000" }, reason: "limited" }]);
    expect(collectDoubts(groupOf(cells), model.cells).doubtful).toEqual([
      { name: "select-500", doubts: ["client-limit"] },
    ]);
    const chart = chartOf(cells);
    expect(chart?.series[0]?.points.map(([load]) => load)).toEqual(LOADS.slice(0, -1));
    expect(chart?.series[0]?.hollow.map(([load]) => load)).toEqual([1000]);
  });

  it("The scalability model is fitted to closed loops of one client and one server with every connection busy, and to nothing else", () => {
    const asked = (change: Partial<ClientSummary["asked"]>) => (cell: RepetitionResult) => ({
      ...cell,
      client: cell.client && { ...cell.client, asked: { ...cell.client.asked, ...change } },
    });
    const others: ((cell: RepetitionResult) => RepetitionResult)[] = [
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
    const mixed = cellsOn(FALLING, "epoll", (load) =>
      load === 10 ? { change: asked({ options: { rate: 1000 } }) } : {},
    );
    expect(modelOf(mixed).leftOut).toMatchObject([{ cell: { name: "epoll-10" }, reason: "open loop" }]);
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

  it("The chart of the model draws each curve from the smallest load it is fitted to to the largest, no further", () => {
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
  });

  it("The chart of the model puts a curve, its marks and their intervals under one name and one colour in the legend", () => {
    if (chart === null) throw new Error("no chart");
    const option = chartOption({ ...chart, variants: SERVERS, servers: SERVERS }, LOOKS.light, 960) as {
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

  it("The chart of the model is in the report, beside the section, and the same when it is rendered again", () => {
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
