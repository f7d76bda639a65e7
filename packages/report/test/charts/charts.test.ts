import { Script } from "node:vm";
import { init } from "echarts";
import { describe, expect, it } from "vitest";
import { chartOption } from "../../src/charts/draw/chart-option.ts";
import { LOOKS } from "../../src/charts/draw/looks.ts";
import { thinned, thinnedByLabel } from "../../src/charts/draw/thin.ts";
import { renderReport } from "../../src/index.ts";
import { makeCell, makeResults, makeStudyCells, serverNamed, thrice } from "../fixtures/fixture.ts";

const {
  charts,
  details: { html },
} = renderReport([makeResults(makeStudyCells())]);

/** Data that the page draws from. */
interface Drawn {
  readonly name: string;
  readonly title: string;
  readonly series: { name: string; points: [number, number][]; hollow: [number, number][] }[];
}

function drawnIn(page: string): Drawn[] {
  const json = /<script type="application\/json" id="chart-data">(.*?)<\/script>/s.exec(page)?.[1];
  return JSON.parse(json ?? "[]");
}

/** Enough of XML to notice an element that is not closed, or closed in the wrong place. */
function openElements(svg: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-zA-Z]+)[^>]*?(\/?)>/g)) {
    if (closing !== "") expect(open.pop()).toBe(name);
    else if (selfClosing === "") open.push(name ?? "");
  }
  return open;
}

describe("a chart", () => {
  it.each([...charts])("The chart %s is well-formed and says what its axes are", (_, svg) => {
    expect(svg.startsWith("<svg ")).toBe(true);
    expect(openElements(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|zr\d/);
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#\d+;)/);
    expect(svg.match(/<path /g)?.length).toBeGreaterThan(10);
  });

  it.each([
    ["throughput.svg", "connections asked for", "messages per second"],
    ["response-p99.svg", "connections asked for", "p99 response time, ms (log scale)"],
    ["connect-p99.svg", "connections asked for", "p99 connect time, ms"],
    ["established.svg", "connections asked for", "connections established (log scale)"],
    ["cpu-per-message.svg", "connections asked for", "CPU time per message, µs"],
    ["cpu-core.svg", "connections asked for", "CPU used, % of one core"],
    ["memory.svg", "connections asked for", "peak resident memory, MiB"],
    ["switches.svg", "connections asked for", "context switches per message (log scale)"],
    ["response-by-connection.svg", "connection number", "mean response time, ms"],
    ["latency-distribution.svg", "share of messages answered within", "response time, ms (log scale)"],
  ])("%s has both titles and every server in its legend", (name, x, y) => {
    const svg = charts.get(name) ?? "";
    for (const label of [x, y, "threaded", "select", "epoll"]) {
      expect(svg.includes(`>${label}</text>`), label).toBe(true);
    }
  });

  it("A chart puts cells that are not ok beside the line, not on it", () => {
    const throughput = drawnIn(html).find((chart) => chart.name === "throughput");
    const select = throughput?.series.find((one) => one.name === "select");
    expect(select?.points.map(([load]) => load)).toEqual([10, 100, 500]);
    expect(select?.hollow).toEqual([
      [2000, 113_000],
      [4000, 112_500],
    ]);
  });

  it("A chart shows what the server held, not what the kernel connected", () => {
    const established = drawnIn(html).find((chart) => chart.name === "established");
    const select = established?.series.find((one) => one.name === "select");
    expect(select?.hollow.map(([, held]) => held)).toEqual([990, 990]);
  });

  it("A chart of connections keeps every one of them in the page, at the largest load all held", () => {
    const dots = drawnIn(html).find((chart) => chart.name === "response-by-connection");
    expect(dots?.series.map((one) => one.points.length)).toEqual([500, 500, 500]);
  });

  it("A chart of the distribution ends at the slowest message", () => {
    const curve =
      drawnIn(html).find((chart) => chart.name === "latency-distribution")?.series[0]?.points ?? [];
    expect(curve.length).toBeGreaterThan(20);
    expect(curve.map(([, ms]) => ms)).toEqual(curve.map(([, ms]) => ms).toSorted((a, b) => a - b));
  });

  it("A chart does without a histogram it cannot read", () => {
    const broken = makeCell({
      server: "epoll",
      connections: 10,
      change: (cell) => ({
        ...cell,
        client: cell.client && {
          ...cell.client,
          histograms: { ...cell.client.histograms, response: "bm9uc2Vuc2U=" },
        },
      }),
    });
    expect(renderReport([makeResults([broken])]).charts.has("latency-distribution.svg")).toBe(false);
  });

  it("A chart is left out when nothing was measured for it", () => {
    const silent = makeCell({
      server: "epoll",
      connections: 10,
      change: (cell) => ({ ...cell, client: null }),
    });
    const names = [...renderReport([{ ...makeResults([silent]), connections: new Map() }]).charts.keys()];
    expect(names).not.toContain("throughput.svg");
    expect(names).toContain("switches.svg");
  });
});

it("A chart draws thousands of dots of every variant, whatever its shape", () => {
  const points = Array.from({ length: 2500 }, (_, at): [number, number] => [at, at % 100]);
  const variants = Array.from({ length: 9 }, (_, at) => `epoll, backlog ${at}`);
  const axis = { label: "", unit: "", scale: "linear", format: "number", ticks: null } as const;
  const series = variants.map((name) => ({ name, kind: "dots", points, hollow: [] }) as const);
  const chart = {
    name: "dots",
    title: "",
    caption: "",
    x: axis,
    y: axis,
    series,
    variants,
    servers: ["epoll"],
  };
  const instance = init(null, null, { renderer: "svg", ssr: true, width: 720, height: 400 });
  instance.setOption(chartOption(chart, LOOKS.light, 720));
  const paths = [...instance.renderToSVGString().matchAll(/<path d="([^"]*)"/g)];
  const dots = paths.map(([, path = ""]) => path).filter((path) => path.length > 2500);
  expect(dots).toHaveLength(variants.length);
  // From the left of the plot to its right.
  for (const path of dots)
    expect(Math.max(...(path.match(/[\d.]+/g) ?? []).map(Number))).toBeGreaterThan(600);
  instance.dispose();
});

describe("thinning", () => {
  it("Thinning keeps the lowest and the highest of each stretch", () => {
    const points = Array.from({ length: 10_000 }, (_, at): [number, number] => [
      at,
      at === 4321 ? 999 : at % 10,
    ]);
    const kept = thinned(points, 500);
    expect(kept.length).toBeLessThanOrEqual(500);
    expect(kept).toContainEqual([4321, 999]);
    expect(kept.map(([x]) => x)).toEqual(kept.map(([x]) => x).toSorted((a, b) => a - b));
  });
});

describe("thinning of labelled dots", () => {
  it("Thinning of labelled dots keeps the lowest and the highest of every label, rare ones too", () => {
    const points = Array.from({ length: 5000 }, (_, at): [number, number, number] => [
      at,
      at === 1234 ? 0.5 : at === 4321 ? 999 : 10 + (at % 10),
      at % 1000 === 7 ? 6 : at % 3,
    ]);
    const kept = thinnedByLabel(points, 400);
    const labels = [0, 1, 2, 6];
    expect(kept.length).toBeLessThanOrEqual(400 + 2 * labels.length);
    expect(kept.length).toBeGreaterThan(300);
    for (const label of labels) {
      const ms = (of: typeof kept) => of.filter((point) => point[2] === label).map((point) => point[1]);
      expect(Math.min(...ms(kept))).toBe(Math.min(...ms(points)));
      expect(Math.max(...ms(kept))).toBe(Math.max(...ms(points)));
    }
    expect(kept.map(([x]) => x)).toEqual(kept.map(([x]) => x).toSorted((a, b) => a - b));
  });
});

describe("the page", () => {
  it("The page loads nothing from anywhere", () => {
    const markup = html.replace(/<script\b[\s\S]*?<\/script>/g, "");
    expect(markup).not.toMatch(/(?:src|href|srcset|action|data)\s*=\s*["']?\s*(?:https?:)?\/\//i);
    expect(markup).not.toMatch(/url\(\s*["']?(?:https?:)?\/\//i);
    expect(html).not.toMatch(/@import|<script[^>]+src=|<link[^>]+stylesheet/);
    expect(html).toContain("default-src 'none'");
  });

  it("The page holds scripts that parse", () => {
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? "");
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(() => new Script(script)).not.toThrow();
    expect(scripts[1]).not.toMatch(/\b(?:import|export) /);
    // What draws a chart, not what checks a result: without the schemas it is 20 KB.
    expect(scripts[1]?.length).toBeLessThan(24_000);
  });

  it("The page has room for the buttons of every chart", () => {
    expect(html.match(/<div class="controls" hidden>/g)).toHaveLength(charts.size);
  });

  it("The page has one element by each id", () => {
    const markup = html.replace(/<script(?! type)[\s\S]*?<\/script>/g, "");
    const ids = [...markup.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("The page keeps the library's licence", () => {
    expect(html).toContain("Licensed to the Apache Software Foundation");
  });
});

it("A chart of established connections claims nothing for a cell of which nothing is known", () => {
  const lost = makeCell({
    server: "epoll",
    connections: 500,
    status: "failed",
    change: (cell) => ({ ...cell, client: null, final: null }),
  });
  const page = renderReport([makeResults([makeCell({ server: "epoll", connections: 10 }), lost])]);
  const established = drawnIn(page.details.html).find((chart) => chart.name === "established");
  const epoll = established?.series.find((one) => one.name === "epoll");
  expect([epoll?.points, epoll?.hollow]).toEqual([[[10, 10]], []]);
});

it("A fourth server is in every table and chart, with a colour of its own", () => {
  const cells = ["threaded", "select", "epoll", "uring"].flatMap((server) =>
    [10, 100].map((connections) => makeCell({ server, connections })),
  );
  const servers = ["uring", "threaded", "select", "epoll"].map(serverNamed);
  const report = renderReport([makeResults(thrice(cells), { servers })]);
  for (const { name, series } of drawnIn(report.details.html)) {
    expect(series.map((one) => one.name).slice(0, 4), name).toContain("uring");
  }
  // The first in the manifest has the first colour, and the first row.
  expect(report.charts.get("throughput.svg")).toContain(LOOKS.light.colours[0]);
  const rows = report.details.markdown
    .split("\n")
    .filter((line) => /^\| (uring|threaded|select|epoll) \|/.test(line));
  expect(rows[0]).toMatch(/^\| uring \|/);
});
