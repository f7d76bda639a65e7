import { describe, expect, test } from "vitest";
import { formatClients } from "../src/comparison/client-table.ts";
import { judgeClients } from "../src/comparison/client-verdict.ts";
import type { Pair } from "../src/comparison/pairs.ts";
import type { ClientFigures } from "../src/processes/client-figures.ts";
import { computeTruth, DELAY } from "../src/processes/delay.ts";
import { chooseScenes } from "../src/processes/scene.ts";

const SIDES = { first: "C", second: "TypeScript" };
const TRUTH = computeTruth({ from: 10, to: 100 });

test("computeTruth returns the percentiles of a uniform distribution", () => {
  expect(TRUTH).toEqual({ p50Us: 55_000, p90Us: 91_000, p99Us: 99_100 });
  expect(computeTruth({ from: 7, to: 7 })).toEqual({ p50Us: 7000, p90Us: 7000, p99Us: 7000 });
  const drawn = Array.from({ length: 1000 }, (_, at) => 3000 + (at * 5000) / 999);
  const { p50Us, p90Us, p99Us } = computeTruth({ from: 3, to: 8 });
  expect([p50Us, p90Us, p99Us].map((us) => drawn.filter((time) => time < (us ?? 0)).length)).toEqual([
    500, 900, 990,
  ]);
});

test("the clients' table has the medians of both sides and the interval of the ratios", () => {
  const figures = (messagesPerSecond: number, us: number) => ({
    ...{ messagesPerSecond, p50Us: us, p90Us: 2 * us, p99Us: 40 * us, p999Us: 50 * us, corePercent: 50 },
  });
  const pairs = [
    { first: figures(1000, 10), second: figures(900, 11) },
    { first: figures(2000, 20), second: figures(2000, 20) },
    { first: figures(4000, 40), second: figures(4400, 36) },
  ];
  const cell = { server: "epoll", connections: 1000, pairs } as const;
  expect(parseRows(formatClients([cell], TRUTH, { first: "C", second: "TypeScript" }))).toEqual([
    ["epoll", "1,000", "3", "messages/s", "2,000", "2,000", "1.00 (0.90..1.10)", "≥ 0.95"],
    ["", "", "", "p50 µs", "20.0", "20.0", "1.00 (0.90..1.10)", ""],
    ["", "", "", "p90 µs", "40.0", "40.0", "1.00 (0.90..1.10)", ""],
    ["", "", "", "p99 µs", "800", "800", "1.00 (0.90..1.10)", ""],
    ["", "", "", "p99.9 µs", "1,000", "1,000", "1.00 (0.90..1.10)", ""],
    ["", "", "", "client's core %", "50", "50", "1.00 (1.00..1.00)", ""],
  ]);
});

test("the table has the ratio of each client to the truth", () => {
  const cell = { server: DELAY, connections: 200, pairs: [multiply({}), multiply({ p99Us: 1.1 })] } as const;
  expect(parseRows(formatClients([cell], TRUTH, SIDES))).toEqual([
    ["delay 10..100 ms", "200", "2", "messages/s", "3,600", "3,600", "", "", "", "1.00"],
    ["", "", "", "p50 µs", "55,000", "55,000", "55,000", "1.000", "1.000", "1.00"],
    ["", "", "", "p90 µs", "91,000", "91,000", "91,000", "1.000", "1.000", "1.00"],
    ["", "", "", "p99 µs", "99,100", "104,055", "99,100", "1.000", "1.050", "1.05"],
    ["", "", "", "p99.9 µs", "99,910", "99,910", "", "", "", "1.00"],
    ["", "", "", "client's core %", "10", "10", "", "", "", "1.00"],
  ]);
});

describe("the verdict", () => {
  const judge = (...cells: (readonly Pair<ClientFigures>[])[]) =>
    judgeClients(
      cells.map((pairs, at) => ({ server: DELAY, connections: [200, 1000][at], pairs })),
      TRUTH,
      SIDES,
    );

  test("clients within 5 % of the truth and of each other agree", () => {
    const within = multiply({ messagesPerSecond: 0.96, p50Us: 1.04, p90Us: 0.96, p99Us: 1.049 });
    expect(judge([within], [within])).toEqual({ agrees: true, words: "All medians agree within 5 %." });
  });

  test("the verdict names the figures that do not agree, with load and ratio", () => {
    expect(judge([multiply({})], [multiply({ messagesPerSecond: 0.9, p99Us: 1.0504 })])).toEqual({
      agrees: false,
      words:
        "Not all medians agree within 5 %. With 1,000 connections: rate TypeScript/C 0.900, " +
        "p99 TypeScript/truth 1.050, p99 TypeScript/C 1.050.",
    });
  });

  test("two clients that are both wrong disagree with the truth only", () => {
    const { first } = multiply({});
    const wrong = { ...first, p50Us: first.p50Us * 1.2 };
    expect(judge([{ first: wrong, second: wrong }]).words).toBe(
      "Not all medians agree within 5 %. With 200 connections: p50 C/truth 1.200, p50 TypeScript/truth 1.200.",
    );
  });

  test("the verdict is about medians: one pair of five may be anything", () => {
    expect(
      judge([multiply({}), multiply({}), multiply({}), multiply({ p99Us: 9, p50Us: 0.1 }), multiply({})])
        .agrees,
    ).toBe(true);
  });

  test("the verdict ignores the clients' share of a core", () => {
    expect(judge([multiply({ corePercent: 4 })]).agrees).toBe(true);
  });

  test("a cell without a pair does not agree", () => {
    expect(judge([multiply({})], [])).toEqual({
      agrees: false,
      words: "Not all medians agree within 5 %. With 1,000 connections: no pair was measured.",
    });
  });
});

describe("the verdict on targets", () => {
  const open = (pair: Pair<ClientFigures>) =>
    ({ server: "epoll", connections: 200, ratePerSecond: 20_000, pairs: [pair] }) as const;
  const closed = (pair: Pair<ClientFigures>) =>
    ({ server: "epoll", connections: 1000, pairs: [pair] }) as const;

  test("ratios at their targets reach them", () => {
    const times = { p50Us: 1.19, p99Us: 1.49, p999Us: 1.99, intendedP50Us: 1.19, intendedP99Us: 1.49 };
    const cells = [open(multiply(times, OPEN)), closed(multiply({ messagesPerSecond: 0.96 }))];
    const words = "All medians agree within 5 % or reach their target.";
    expect(judgeClients(cells, TRUTH, SIDES)).toEqual({ agrees: true, words });
  });

  test("the verdict names each missed target", () => {
    const times = { p50Us: 1.25, intendedP999Us: 3 };
    const cells = [open(multiply(times, OPEN)), closed(multiply({ messagesPerSecond: 0.9 }))];
    expect(judgeClients(cells, TRUTH, SIDES)).toEqual({
      agrees: false,
      words:
        "Not all medians agree within 5 % or reach their target. With 200 connections: p50 1.25 (≤ 1.20), " +
        "intended p99.9 3.00 (≤ 2.00). With 1,000 connections: rate 0.90 (≥ 0.95).",
    });
  });
});

describe("the default scenes", () => {
  const scenes = (options: object) => chooseScenes({ clients: false, ...options } as never);
  const named = (options: object) => [...new Set(scenes(options).map(({ server }) => server))];

  test("--clients alone takes the server with known response times, an open loop and a closed loop", () => {
    expect(scenes({ clients: true })).toEqual([
      { server: "delay", connections: 200 },
      { server: "delay", connections: 1000 },
      { server: "epoll", connections: 200, ratePerSecond: 20_000 },
      { server: "epoll", connections: 1000 },
    ]);
    expect(scenes({ clients: true, connections: [7] })).toEqual([{ server: "delay", connections: 7 }]);
  });

  test("named servers, and all servers, take three loads", () => {
    expect(named({ clients: true, servers: ["epoll"] })).toEqual(["epoll"]);
    expect(named({})).toEqual(["threaded", "select", "epoll", "poll", "uring"]);
    expect(scenes({ servers: ["epoll"] }).map(({ connections }) => connections)).toEqual([10, 100, 1000]);
  });
});

const DELAYED: ClientFigures = {
  ...{ messagesPerSecond: 3600, corePercent: 10 },
  ...{ p50Us: 55_000, p90Us: 91_000, p99Us: 99_100, p999Us: 99_910 },
};

const OPEN: ClientFigures = {
  ...{ messagesPerSecond: 20_000, corePercent: 30, p50Us: 30, p90Us: 60, p99Us: 200, p999Us: 900 },
  ...{ intendedP50Us: 31, intendedP99Us: 210, intendedP999Us: 950 },
};

/** Returns a client that measures the truth, and one that measures a multiple of it. */
function multiply(times: Partial<ClientFigures>, first: ClientFigures = DELAYED): Pair<ClientFigures> {
  const scaled = Object.entries(times).map(([figure, by]) => [
    figure,
    (first[figure as keyof ClientFigures] ?? 0) * by,
  ]);
  return { first, second: { ...first, ...Object.fromEntries(scaled) } };
}

/** Returns the cells of a table without its head. */
function parseRows(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .slice(2)
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((text) => text.trim()),
    );
}
