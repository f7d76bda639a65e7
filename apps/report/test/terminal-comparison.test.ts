import { compareExperiments } from "@c10k-lab/report";
import { expect, test } from "vitest";
import { idleResults } from "../../../packages/report/test/fixtures/plans.ts";
import { formatComparison } from "../src/output/terminal-comparison.ts";

const SCREEN = { hasBars: true, hasStyles: false };

/** Returns a comparison of ten thousand idle connections in which select became slower by a third. */
function compareSlower() {
  const before = { folder: "before", ...idleResults() };
  const slower = before.repetitions.map((one) => {
    if (one.client === null || one.variant !== "select") return one;
    const { achieved } = one.client;
    const messagesPerSecond = achieved.messagesPerSecond / 1.5;
    return { ...one, client: { ...one.client, achieved: { ...achieved, messagesPerSecond } } };
  });
  const rule = {
    quantities: ["rate", "p99", "cpu"],
    thresholdPercent: 10,
    countsInconclusive: false,
  } as const;
  return compareExperiments(before, { ...before, folder: "after", repetitions: slower }, rule);
}

const comparison = compareSlower();

test.each([40, 60, 80, 200])(
  "A comparison has no line of more than %d columns, and loses no row",
  (columns) => {
    const lines = formatComparison(comparison, false, { ...SCREEN, columns }).split("\n");
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    const shown = lines.join(" ").match(/worse: regression/g) ?? [];
    expect(shown).toHaveLength(comparison.regressions.length);
    expect(shown.length).toBeGreaterThan(0);
  },
);

test("A comparison in a log has a line for each sentence, and no style", () => {
  const log = formatComparison(comparison, false, null);
  expect(log).toMatch(/^Regression: select at .* changed by .*\.$/m);
  expect(log).toMatch(/^The runs began .* confirms\.$/m);
  const styled = formatComparison(comparison, false, { columns: 80, hasBars: true, hasStyles: true });
  expect([log.includes("\u001b"), styled.startsWith("\u001b[1m")]).toEqual([false, true]);
});
