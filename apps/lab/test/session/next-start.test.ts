import { expect, test } from "vitest";
import { chooseNextStart } from "../../src/session/next-start.ts";

/** Lets starts of 10 s follow one another. @returns the starts that each of `count` points got */
function spend(budgetMs: number, count: number, repeats = 3): number[] {
  const points = Array.from({ length: count }, () => ({ starts: 0, repeats }));
  for (let leftMs = budgetMs; leftMs >= 10_000; leftMs -= 10_000) {
    const next = chooseNextStart(points, leftMs, 10_000);
    if (next === undefined) break;
    next.starts++;
  }
  return points.map(({ starts }) => starts);
}

test("while there is time every point gets all its starts, in rounds", () => {
  expect(spend(1_000_000, 6)).toEqual([3, 3, 3, 3, 3, 3]);
  expect(spend(130_000, 6)).toEqual([3, 2, 2, 2, 2, 2]);
  expect(spend(30_000, 1)).toEqual([3]);
});

test.each([2, 3, 5, 8, 9, 11])("with time for %i starts no point of six has a single one", (starts) => {
  const given = spend(starts * 10_000, 6);
  expect(given.reduce((a, b) => a + b)).toBe(starts);
  expect(given).not.toContain(1);
});

test("a group that asks for one start gets one", () => {
  expect(spend(1_000_000, 2, 1)).toEqual([1, 1]);
});
