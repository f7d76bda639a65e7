import fc from "fast-check";
import { expect, test } from "vitest";
import { countUndecided } from "../../src/capacity/unsent.ts";

const row = (connection: number, completed: number, outcome = "ok", planned = "") => ({
  connection: String(connection),
  requests_planned: planned,
  requests_completed: String(completed),
  outcome,
});
/** Load of ten connections: each has a message due every 100 ms, the last five of them within the last 500 ms. */
const PACE = { rate: 100, durationMs: 2000 };
const ten = (completed: number, outcome?: string) =>
  Array.from({ length: 10 }, (_, index) => row(index + 1, completed, outcome));

test("no message is undecided when all were sent", () => {
  expect(countUndecided(ten(20), PACE, 500)).toBe(0);
});

test("an unsent message is undecided when it was due within the last p99, and late when it was due before", () => {
  expect(countUndecided(ten(18), PACE, 500)).toBe(20);
  expect(countUndecided(ten(3), PACE, 500)).toBe(50);
});

test("no message is late when the p99 is longer than the run", () => {
  expect(countUndecided(ten(0), PACE, 5000)).toBe(200);
});

test("a stuck connection among others is counted by its own messages", () => {
  const rows = [...ten(20).slice(1), row(1, 1)];
  expect(countUndecided(rows, PACE, 100)).toBe(1);
});

test("failed and idle connections have no undecided messages", () => {
  expect(countUndecided(ten(3, "timeout"), PACE, 500)).toBe(0);
  const idle = Array.from({ length: 10 }, (_, index) => row(index + 11, 0, "ok", "0"));
  expect(countUndecided([...idle, ...ten(18)], PACE, 500)).toBe(20);
});

test("the count equals a count over all messages", () => {
  const cases = fc.record({
    completed: fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
    rate: fc.integer({ min: 1, max: 500 }),
    durationMs: fc.integer({ min: 100, max: 3000 }),
    p99Ms: fc.integer({ min: 1, max: 4000 }),
  });
  fc.assert(
    fc.property(cases, ({ completed, rate, durationMs, p99Ms }) => {
      let expected = 0;
      completed.forEach((done, rank) => {
        // Whole numbers: (i + k·N) · 1000 against milliseconds · rate.
        for (let message = done; (rank + message * completed.length) * 1000 < durationMs * rate; message++) {
          if ((rank + message * completed.length) * 1000 >= (durationMs - p99Ms) * rate) expected++;
        }
      });
      const rows = completed.map((done, index) => row(index + 1, done)).reverse();
      expect(countUndecided(rows, { rate, durationMs }, p99Ms)).toBe(expected);
    }),
  );
});
