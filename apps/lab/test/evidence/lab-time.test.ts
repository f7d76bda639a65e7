import { afterEach, expect, test, vi } from "vitest";
import { labTime } from "../../src/evidence/lab-time.ts";

afterEach(() => void vi.useRealTimers());

test("trial R8: a wall clock that is set back puts no cell before an earlier one", () => {
  const before = labTime();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
  const after = labTime();
  expect(new Date().toISOString() < before, "the wall clock is behind").toBe(true);
  expect(after >= before).toBe(true);
});

test("the time of the lab is the time of day", () => {
  expect(Math.abs(Date.parse(labTime()) - Date.now())).toBeLessThan(60_000);
});
