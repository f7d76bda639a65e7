import { expect, test } from "vitest";
import { studyBurns } from "../src/truth/burn-study.ts";

test("a server that wastes a known time per message is found, and nothing between servers that are alike", async () => {
  const stop = new AbortController().signal;
  const rows = await studyBurns({ budgetMs: 25_000, hasBurner: true, stop });
  expect(rows.map(({ burnUs }) => burnUs)).toEqual([20, 5, 2, 0]);
  const [burns20, , , again] = rows;
  if (burns20 === undefined || again === undefined) throw new Error("rows are missing");
  // CPU time, not elapsed time: other work on the machine moves it by a few µs.
  expect(burns20.found.mean - again.found.mean).toBeGreaterThan(10);
  expect(burns20.found.mean - again.found.mean).toBeLessThan(30);
  expect(again.verdict).not.toBe("shown");
});
