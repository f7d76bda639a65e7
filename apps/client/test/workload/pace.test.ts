import fc from "fast-check";
import { expect, test } from "vitest";
import { Activity } from "../../src/workload/activity.ts";
import { Pace } from "../../src/workload/pace.ts";

const rate = fc.integer({ min: 1, max: 1_000_000 });
const connections = fc.integer({ min: 1, max: 500 });

test("one message is due every 1/rate seconds, and the connections take turns", () => {
  fc.assert(
    fc.property(rate, connections, (ratePerSecond, count) => {
      const pace = new Pace(ratePerSecond, count);
      const due = Array.from({ length: 3 * count }, (_, message) =>
        pace.dueUs(message % count, Math.floor(message / count)),
      );
      due.forEach((us, message) => {
        expect(us).toBeCloseTo((message * 1e6) / ratePerSecond, 3);
      });
    }),
    { numRuns: 50 },
  );
});

test("the messages due before a moment are rate × time, for any number of connections", () => {
  fc.assert(
    fc.property(rate, connections, fc.nat(100), (ratePerSecond, count, seconds) => {
      const pace = new Pace(ratePerSecond, count);
      const due = Array.from({ length: count }, (_, connection) => pace.dueBefore(connection, seconds * 1e6));
      expect(due.reduce((sum, each) => sum + each, 0)).toBe(ratePerSecond * seconds);
    }),
  );
});

test("the last message due before a moment is due before it, and the next one is not", () => {
  fc.assert(
    fc.property(rate, connections, fc.integer({ min: 1, max: 1e9 }), (ratePerSecond, count, us) => {
      const pace = new Pace(ratePerSecond, count);
      const due = pace.dueBefore(count - 1, us);
      if (due > 0) expect(pace.dueUs(count - 1, due - 1)).toBeLessThan(us + 1e-3);
      expect(pace.dueUs(count - 1, due)).toBeGreaterThanOrEqual(us - 2);
    }),
  );
});

test("active connections are as many as asked for, evenly spread, and ranked from 0", () => {
  const cases = fc
    .integer({ min: 1, max: 2000 })
    .chain((count) => fc.record({ count: fc.constant(count), active: fc.integer({ min: 1, max: count }) }));
  fc.assert(
    fc.property(cases, ({ count, active }) => {
      const activity = new Activity(count, active);
      const indexes = Array.from({ length: count }, (_, index) => index).filter((index) =>
        activity.isActive(index),
      );
      expect(indexes.map((index) => activity.rank(index))).toEqual([...indexes.keys()]);
      expect(indexes).toHaveLength(active);
      const gaps = indexes.slice(1).map((index, at) => index - (indexes[at] as number));
      if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    }),
  );
});
