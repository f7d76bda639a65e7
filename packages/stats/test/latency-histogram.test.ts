import fc from "fast-check";
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { LatencyHistogram } from "../src/index.ts";

const times = fc.array(fc.integer({ min: 1, max: 600_000_000 }), {
  minLength: 1,
  maxLength: 300,
  size: "max",
});

function recorded(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The value of which `percentile` per cent of all are not above. */
function sortedPercentile(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] as number;
}

test("percentiles equal those of a sorted list to three significant digits", () => {
  fc.assert(
    fc.property(times, fc.constantFrom(50, 90, 99, 99.9, 100), (values, percentile) => {
      const exact = sortedPercentile(values, percentile);
      const got = recorded(values).percentile(percentile);
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(exact / 1000 + 1);
    }),
    { numRuns: 300 },
  );
});

test("every time is in the bucket in which HdrHistogram's own code puts it", () => {
  const edges = Array.from({ length: 29 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1])
    .flat()
    .slice(2);
  fc.assert(
    fc.property(times, (values) => {
      const theirs = build({ bitBucketSize: 64, highestTrackableValue: 600_000_000 });
      for (const value of [...edges, ...values]) theirs.recordValue(value);
      expect(recorded([...edges, ...values]).encode()).toBe(encodeIntoCompressedBase64(theirs));
    }),
    { numRuns: 100 },
  );
});

test("merging two histograms equals recording all times in one", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const merged = recorded(a);
      merged.merge(recorded(b));
      expect(merged.summary()).toEqual(recorded([...a, ...b]).summary());
      expect(merged.encode()).toBe(recorded([...a, ...b]).encode());
    }),
    { numRuns: 30 },
  );
});

test("a decoded histogram equals the encoded one", () => {
  fc.assert(
    fc.property(times, (values) => {
      const histogram = recorded(values);
      const decoded = LatencyHistogram.decode(histogram.encode());
      expect(decoded.count).toBe(values.length);
      for (const percentile of [0, 50, 99, 100]) {
        expect(decoded.percentile(percentile)).toBe(histogram.percentile(percentile));
      }
    }),
    { numRuns: 30 },
  );
});

test("a decoded histogram merges with a new one", () => {
  const histogram = LatencyHistogram.decode(recorded([10, 20]).encode());
  histogram.merge(recorded([30, 500_000_000]));
  expect(histogram.count).toBe(4);
  expect(histogram.percentile(75)).toBe(30);
});

test("an empty histogram has null, not zero, for its figures", () => {
  const { count, failed, ...values } = new LatencyHistogram().summary();
  expect({ count, failed }).toEqual({ count: 0, failed: 0 });
  expect(Object.values(values)).toEqual([null, null, null, null, null, null, null]);
  expect(LatencyHistogram.decode(new LatencyHistogram().encode()).count).toBe(0);
});

test("times are clamped to one microsecond and to ten minutes", () => {
  const { min, max, count } = recorded([0, 0.2, -5, 1e12]).summary();
  expect(count).toBe(4);
  expect(min).toBe(1);
  expect(max).toBeGreaterThanOrEqual(600_000_000);
  expect(max).toBeLessThan(601_000_000);
});

test("failed answers count as longer than every recorded time", () => {
  fc.assert(
    fc.property(times, fc.nat(300), (values, failed) => {
      const { count, p50, p90, p99, p999, ...summary } = recorded(values).summary(failed);
      const { min, mean, max } = recorded(values).summary();
      expect({ ...summary, count }).toEqual({ count: values.length, failed, min, mean, max });
      const forever = [...values, ...Array(failed).fill(Number.POSITIVE_INFINITY)];
      const histogram = recorded(values);
      [p50, p90, p99, p999].forEach((got, at) => {
        // The rank HdrHistogram takes: rounded, not up.
        const rank = Math.max(
          1,
          Math.floor((([50, 90, 99, 99.9][at] as number) / 100) * forever.length + 0.5),
        );
        const expected = forever.toSorted((a, b) => a - b)[rank - 1] as number;
        if (expected === Number.POSITIVE_INFINITY) expect(got).toBe("infinite");
        else expect(got).toBe(histogram.percentile((100 * rank) / values.length));
      });
    }),
    { numRuns: 100 },
  );
});

test.each([
  [99, 1, 20, 20],
  [98, 2, 20, "infinite"],
  [49, 51, "infinite", "infinite"],
  [0, 7, "infinite", "infinite"],
  [0, 0, null, null],
])("%i came and %i failed: p50 %s, p99 %s", (count, failed, p50, p99) => {
  const summary = recorded(Array(count).fill(20)).summary(failed);
  expect(summary).toMatchObject({ count, failed, p50, p99 });
  expect(summary.max).toBe(count === 0 ? null : 20);
});
