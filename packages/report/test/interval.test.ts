import { median, medianInterval, ratioInterval } from "@c10k-lab/inference";
import fc from "fast-check";
import { expect, test } from "vitest";

const runs = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 12 });

test("The median has as many values below as above", () => {
  fc.assert(
    fc.property(runs, (values) => {
      const middle = median(values) ?? Number.NaN;
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
    }),
  );
});

test("The interval of a median holds it and stays within what was measured", () => {
  fc.assert(
    fc.property(runs, (values) => {
      const interval = medianInterval(values);
      const middle = median(values) ?? Number.NaN;
      expect(interval?.low).toBeGreaterThanOrEqual(Math.min(...values));
      expect(interval?.high).toBeLessThanOrEqual(Math.max(...values));
      expect(interval?.low).toBeLessThanOrEqual(middle);
      expect(interval?.high).toBeGreaterThanOrEqual(middle);
    }),
  );
});

test("The interval of the ratio of a sample to itself holds 1", () => {
  fc.assert(
    fc.property(runs, (values) => {
      const interval = ratioInterval(values, values);
      expect(interval?.low).toBeLessThanOrEqual(1);
      expect(interval?.high).toBeGreaterThanOrEqual(1);
    }),
  );
});

test("Two samples of one kind look different in under 5 of 100 pairs of seven repetitions", () => {
  let state = 7;
  const noise = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 100 + (state >>> 16) / 65536;
  };
  const sample = () => Array.from({ length: 7 }, noise);
  const pairs = 400;
  const claims = Array.from({ length: pairs }, () => ratioInterval(sample(), sample())).filter(
    (interval) => interval && (interval.low > 1 || interval.high < 1),
  );
  expect(claims.length).toBeLessThan(pairs * 0.05);
});

test("Fewer than three repetitions have no interval", () => {
  expect(medianInterval([1, 2])).toBeNull();
  expect(ratioInterval([1, 2, 3], [1, 2])).toBeNull();
  expect(median([])).toBeNull();
});
