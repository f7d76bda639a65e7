import fc from "fast-check";
import { expect, test } from "vitest";
import { middleOf, ResponseTimes } from "../../src/measure/response-times.ts";

/** Computes a percentile by sorting: the oracle. */
function exact(times: number[], percentile: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percentile) / 100) - 1)] ?? 0;
}

test("percentiles are within a bucket of the exact ones, 3.2 %", () => {
  const times = fc.array(fc.integer({ min: 0, max: 100_000_000 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(times, fc.constantFrom(1, 50, 90, 99, 100), (us, percentile) => {
      const recorded = new ResponseTimes(1);
      for (const time of us) recorded.record(0, time);
      const truth = exact(us, percentile);
      expect(Math.abs(middleOf(recorded.percentileBucket(0, percentile)) - truth)).toBeLessThanOrEqual(
        truth / 32 + 1,
      );
    }),
  );
});

test("response times of connections are kept apart", () => {
  const recorded = new ResponseTimes(3);
  recorded.record(0, 10);
  recorded.record(2, 5000);
  expect(middleOf(recorded.percentileBucket(0, 50))).toBe(10);
  expect(middleOf(recorded.percentileBucket(1, 50))).toBe(0);
  expect(middleOf(recorded.percentileBucket(2, 50))).toBeGreaterThan(4800);
});

test("a time beyond the last bucket counts as the last bucket", () => {
  const recorded = new ResponseTimes(2);
  recorded.record(0, 1e12);
  expect(middleOf(recorded.percentileBucket(0, 99))).toBeGreaterThan(1.3e8);
  expect(middleOf(recorded.percentileBucket(1, 99))).toBe(0);
});
