import { describe, expect, test } from "vitest";
import { formatClients } from "../src/comparison/client-table.ts";
import { judgeClients } from "../src/comparison/client-verdict.ts";
import type { Pair } from "../src/comparison/pairs.ts";
import type { ClientFigures } from "../src/processes/client-figures.ts";
import { DELAY, truthOf } from "../src/processes/delay.ts";
import { scenesOf } from "../src/processes/scene.ts";

const SIDES = { first: "C", second: "TypeScript" };
const TRUTH = truthOf({ from: 10, to: 100 });

test("of a uniform distribution the percentiles are known", () => {
  expect(TRUTH).toEqual({ p50Us: 55_000, p90Us: 91_000, p99Us: 99_100 });
  expect(truthOf({ from: 7, to: 7 })).toEqual({ p50Us: 7000, p90Us: 7000, p99Us: 7000 });
  const drawn = Array.from({ length: 1000 }, (_, at) => 3000 + (at * 5000) / 999);
  const { p50Us, p90Us, p99Us } = truthOf({ from: 3, to: 8 });
  expect([p50Us, p90Us, p99Us].map((us) => drawn.filter((time) => time < (us ?? 0)).length)).toEqual([
    500, 900, 990,
  ]);
});

test("the table of the clients: medians of both sides, and of the ratios of the pairs", () => {
  const figures = (messagesPerSecond: number, us: number) => ({
    ...{ messagesPerSecond, p50Us: us, p90Us: 2 * us, p99Us: 40 * us, corePercent: 50 },
  });
  const pairs = [
    { first: figures(1000, 10), second: figures(900, 11) },
    { first: figures(2000, 20), second: figures(2000, 20) },
    { first: figures(4000, 40), second: figures(4400, 36) },
  ];
  const cell = { server: "epoll", connections: 1000, pairs } as const;
  expect(rowsOf(formatClients([cell], null, { first: "C", second: "TypeScript" }))).toEqual([
    ["epoll", "1,000", "3", "messages/s", "2,000", "2,000", "1.00 (0.90..1.10)"],
    ["", "", "", "p50 µs", "20.0", "20.0", "1.00 (0.90..1.10)"],
    ["", "", "", "p90 µs", "40.0", "40.0", "1.00 (0.90..1.10)"],
    ["", "", "", "p99 µs", "800", "800", "1.00 (0.90..1.10)"],
    ["", "", "", "client's core %", "50", "50", "1.00 (1.00..1.00)"],
  ]);
});

test("beside the truth, the table says how far each client is from it", () => {
  const cell = { server: DELAY, connections: 200, pairs: [said({}), said({ p99Us: 1.1 })] } as const;
  expect(rowsOf(formatClients([cell], TRUTH, SIDES))).toEqual([
    ["delay 10..100 ms", "200", "2", "messages/s", "3,600", "3,600", "", "", "", "1.00 (1.00..1.00)"],
    ["", "", "", "p50 µs", "55,000", "55,000", "55,000", "1.000", "1.000", "1.00 (1.00..1.00)"],
    ["", "", "", "p90 µs", "91,000", "91,000", "91,000", "1.000", "1.000", "1.00 (1.00..1.00)"],
    ["", "", "", "p99 µs", "99,100", "104,055", "99,100", "1.000", "1.050", "1.05 (1.00..1.10)"],
    ["", "", "", "client's core %", "10", "10", "", "", "", "1.00 (1.00..1.00)"],
  ]);
});

describe("the verdict", () => {
  const judge = (...cells: (readonly Pair<ClientFigures>[])[]) =>
    judgeClients(
      cells.map((pairs, at) => ({ server: DELAY, connections: [200, 1000][at], pairs })),
      TRUTH,
      SIDES,
    );

  test("all within 5 % of the truth and of each other, on either side", () => {
    const within = said({ messagesPerSecond: 0.96, p50Us: 1.04, p90Us: 0.96, p99Us: 1.049 });
    expect(judge([within], [within])).toEqual({ agrees: true, words: "All medians agree within 5 %." });
  });

  test("what does not agree is named, with the load and the ratio", () => {
    expect(judge([said({})], [said({ messagesPerSecond: 0.9, p99Us: 1.0504 })])).toEqual({
      agrees: false,
      words:
        "Not all medians agree within 5 %. With 1,000 connections: rate TypeScript/C 0.900, " +
        "p99 TypeScript/truth 1.050, p99 TypeScript/C 1.050.",
    });
  });

  test("clients that are wrong together agree with each other only", () => {
    const { first } = said({});
    const wrong = { ...first, p50Us: first.p50Us * 1.2 };
    expect(judge([{ first: wrong, second: wrong }]).words).toBe(
      "Not all medians agree within 5 %. With 200 connections: p50 C/truth 1.200, p50 TypeScript/truth 1.200.",
    );
  });

  test("it is the medians that count: one pair of five may be anything", () => {
    expect(judge([said({}), said({}), said({}), said({ p99Us: 9, p50Us: 0.1 }), said({})]).agrees).toBe(true);
  });

  test("how busy a client was is no matter", () => {
    expect(judge([said({ corePercent: 4 })]).agrees).toBe(true);
  });

  test("without a pair there is no agreement", () => {
    expect(judge([said({})], [])).toEqual({
      agrees: false,
      words: "Not all medians agree within 5 %. With 1,000 connections: no pair to judge by.",
    });
  });
});

describe("what is measured when nothing is said", () => {
  const scenes = (options: object) => scenesOf({ clients: false, ...options } as never);
  const named = (options: object) => [...new Set(scenes(options).map(({ server }) => server))];

  test("clients: the server whose response time is known, two loads", () => {
    expect(scenes({ clients: true })).toEqual([
      { server: "delay", connections: 200 },
      { server: "delay", connections: 1000 },
    ]);
    expect(scenes({ clients: true, connections: [7] })).toEqual([{ server: "delay", connections: 7 }]);
  });

  test("clients on named servers, and servers: those, three loads", () => {
    expect(named({ clients: true, servers: ["epoll"] })).toEqual(["epoll"]);
    expect(named({})).toEqual(["threaded", "select", "epoll"]);
    expect(scenes({ servers: ["epoll"] }).map(({ connections }) => connections)).toEqual([10, 100, 1000]);
  });
});

/** A client that tells the truth, and one that says so many times as much. */
function said(times: Partial<ClientFigures>): Pair<ClientFigures> {
  const first = {
    messagesPerSecond: 3600,
    p50Us: 55_000,
    p90Us: 91_000,
    p99Us: 99_100,
    corePercent: 10,
  } as const;
  const scaled = Object.entries(times).map(([figure, by]) => [
    figure,
    first[figure as keyof ClientFigures] * by,
  ]);
  return { first, second: { ...first, ...Object.fromEntries(scaled) } };
}

/** Cells of a table, without its head. */
function rowsOf(table: string): string[][] {
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
