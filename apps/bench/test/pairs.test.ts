import { expect, test } from "vitest";
import { computeRatios, computeSpread, measurePairs, type Pair } from "../src/comparison/pairs.ts";
import type { ServerFigures } from "../src/comparison/server-table.ts";

test("the median of an even number of values is the mean of the middle two", () => {
  expect(computeSpread([9, 1, 3])).toEqual({ median: 3, min: 1, max: 9 });
  expect(computeSpread([10, 1, 3, 5])).toEqual({ median: 4, min: 1, max: 10 });
  expect(computeSpread([7])).toEqual({ median: 7, min: 7, max: 7 });
});

const TIMES = { p99Us: 1, maxUs: 1 };

test("a disturbance of both sides of a pair does not change its ratio", () => {
  const pair = (slowness: number, ratio: number): Pair<ServerFigures> => ({
    first: { messagesPerSecond: 1000 / slowness, cpuUsPerMessage: 4 * slowness, ...TIMES },
    second: {
      messagesPerSecond: (1000 / slowness) * ratio,
      cpuUsPerMessage: (4 * slowness) / ratio,
      ...TIMES,
    },
  });
  const pairs = [pair(1, 0.5), pair(8, 0.5), pair(2, 0.5)];
  expect(computeRatios(pairs, "messagesPerSecond")).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  expect(computeRatios(pairs, "cpuUsPerMessage")).toEqual({ median: 2, min: 2, max: 2 });
});

test("pairs are measured A B, B A, A B, and each knows its sides", async () => {
  let at = 0;
  const pairs: Pair<string>[] = [];
  const measured = measurePairs(
    3,
    async () => `A${at++}`,
    async () => `B${at++}`,
  );
  for await (const pair of measured) pairs.push(pair);
  expect(pairs).toEqual([
    { first: "A0", second: "B1" },
    { first: "A3", second: "B2" },
    { first: "A4", second: "B5" },
  ]);
});
