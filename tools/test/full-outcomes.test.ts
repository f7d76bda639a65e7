import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeOutcome, type FullOutcome, fullPage, isDone, PAGE, readOutcomes } from "../full-outcomes.ts";

const PASSED: FullOutcome = {
  ...{ row: "S6", place: "epoll", sizes: { queued: 1000 }, commit: "0123abcd" },
  ...{ passed: 2, failed: 0, skipped: 0 },
};

test("the page of the full sizes is what the outcomes say", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(fullPage(readOutcomes()));
});

test("a row is done where all of its tests ran at its present sizes, and none failed", () => {
  expect(isDone(PASSED)).toBe(true);
  expect(isDone({ ...PASSED, failed: 1 })).toBe(false);
  expect(isDone({ ...PASSED, skipped: 1 })).toBe(false);
  expect(isDone({ ...PASSED, sizes: { queued: 999 } })).toBe(false);
});

test("the page tells what passed, failed, was skipped, was not run, or is not there", () => {
  expect(describeOutcome(PASSED)).toBe("2 passed");
  expect(describeOutcome({ ...PASSED, failed: 1 })).toBe("**1 of 3 failed**");
  expect(describeOutcome({ ...PASSED, skipped: 1 })).toBe("2 passed, 1 skipped");
  expect(describeOutcome({ ...PASSED, passed: 0 })).toBe("–");
  expect(describeOutcome({ ...PASSED, sizes: {} })).toBe("2 passed at another size");
  expect(describeOutcome(undefined)).toBe("not run");
  expect(fullPage([PASSED])).toMatch(/^\| S6 +\|.*\| queued 1,000 +\|( not run +\|){3} 2 passed +\|/m);
});
