import { describe, expect, it } from "vitest";
import { type GroupChart, numberAxis } from "../../src/charts/draw/chart.ts";
import { chartOption } from "../../src/charts/draw/chart-option.ts";
import { LOOKS } from "../../src/charts/draw/looks.ts";

const WIDTH_PX = 960;
const PHONE_PX = 328;
const LOADS = [10, 100, 1000];
const CLOSE_LOADS = [100, 110, 120];
const SERVERS = ["threaded", "select", "epoll"];

function makeRatios(scale: "log" | "linear", isOffset: boolean, loads = LOADS): GroupChart {
  return {
    name: "ratios",
    title: "",
    caption: "",
    x: { ...numberAxis("connections", "", scale), ticks: loads },
    y: { ...numberAxis("after ÷ before", ""), ...(isOffset ? { isOffset } : {}) },
    series: SERVERS.map((name) => ({
      name,
      kind: "line" as const,
      points: loads.map((x) => [x, 1] as const),
      hollow: [],
      ranges: loads.map((x) => [x, 0.9, 1.1] as const),
    })),
    variants: SERVERS,
    servers: SERVERS,
  };
}

/** Returns the places of the intervals of each server: pixels from the left end of the plot. */
function placeBars(chart: GroupChart, widthPx = WIDTH_PX): number[][] {
  const { series, xAxis, grid } = chartOption(chart, LOOKS.light, widthPx);
  const { min = 0, max = LOADS.at(-1) ?? 0 } = xAxis as { min?: number; max?: number };
  const plotPx = widthPx - grid.left - grid.right;
  const place = (x: number) =>
    chart.x.scale === "log" ? Math.log(x / min) / Math.log(max / min) : (x - min) / (max - min);
  return series
    .filter(({ silent }) => silent === true)
    .map(({ data }) =>
      ((data ?? []) as (number | string)[][]).flatMap(([x], at) =>
        at % 3 === 0 ? plotPx * place(Number(x)) : [],
      ),
    );
}

describe.each(["log", "linear"] as const)("intervals at one load on a %s axis", (scale) => {
  it("Intervals of ratios stand side by side, as far apart as their marks, inside the plot", () => {
    const [threaded = [], select = [], epoll = []] = placeBars(makeRatios(scale, true));
    for (const at of LOADS.keys()) {
      expect((select[at] ?? 0) - (threaded[at] ?? 0)).toBeCloseTo(7, 6);
      expect((epoll[at] ?? 0) - (select[at] ?? 0)).toBeCloseTo(7, 6);
    }
    expect(threaded[0]).toBeGreaterThan(0);
    const { series } = chartOption(makeRatios(scale, true), LOOKS.light, WIDTH_PX);
    const offsets = series.filter(({ silent }) => silent !== true).map((one) => one.symbolOffset);
    expect(offsets).toEqual([
      [-7, 0],
      [0, 0],
      [7, 0],
    ]);
  });

  it("Intervals at loads that are close together lie on none of their own load nor of the next", () => {
    const bars = placeBars(makeRatios(scale, true, [...CLOSE_LOADS, 10_000]), PHONE_PX);
    const places = CLOSE_LOADS.flatMap((_, at) => bars.map((of) => of[at] ?? 0));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
  });

  it("Intervals of other quantities stand at their load", () => {
    const [threaded, select, epoll] = placeBars(makeRatios(scale, false));
    expect(threaded).toEqual(epoll);
    expect(select).toEqual(epoll);
  });
});
