import { expect, test } from "vitest";
import { measurePairs, type Pair, ratios, spread } from "../src/comparison/pairs.ts";
import type { ServerFigures } from "../src/comparison/server-table.ts";
import { cpuTicks, treeTicks } from "../src/processes/cpu-time.ts";
import { busyTicks } from "../src/processes/other-work.ts";

test("the median of an even number of values lies between the two in the middle", () => {
  expect(spread([9, 1, 3])).toEqual({ median: 3, min: 1, max: 9 });
  expect(spread([10, 1, 3, 5])).toEqual({ median: 4, min: 1, max: 10 });
  expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
});

test("a ratio is of one pair: what both sides of it share falls out", () => {
  const pair = (slowness: number, ratio: number): Pair<ServerFigures> => ({
    first: { messagesPerSecond: 1000 / slowness, cpuUsPerMessage: 4 * slowness },
    second: { messagesPerSecond: (1000 / slowness) * ratio, cpuUsPerMessage: (4 * slowness) / ratio },
  });
  const pairs = [pair(1, 0.5), pair(8, 0.5), pair(2, 0.5)];
  expect(ratios(pairs, "messagesPerSecond")).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  expect(ratios(pairs, "cpuUsPerMessage")).toEqual({ median: 2, min: 2, max: 2 });
});

test("CPU time is read behind the last bracket of the name", () => {
  const fields = "S 1 1 1 0 -1 4194560 1 0 0 0 123 45 9 9 20 0 1 0 100";
  expect(cpuTicks(`42 (node) ${fields}`)).toBe(168);
  expect(cpuTicks(`42 (a) b (c) ${fields}`)).toBe(168);
  expect(treeTicks(`42 (a) b (c) ${fields}`)).toBe(186);
});

test("A B, B A, A B: each side is first in turns, and each pair knows which is which", async () => {
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

test("processors are busy with everything but idling and waiting for disks", () => {
  expect(busyTicks("cpu  1 2 4 1000 2000 8 16 32 64 128\ncpu0 9 9 9\n")).toBe(63);
});
