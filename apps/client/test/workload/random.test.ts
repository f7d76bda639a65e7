import fc from "fast-check";
import { expect, test } from "vitest";
import { nextState, pick, stateOf } from "../../src/workload/random.ts";

test("picks stay in their range and reach both ends", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(1000), fc.nat(20), (seed, from, width) => {
      let state = stateOf(seed, 0);
      const seen = new Set<number>();
      for (let draw = 0; draw < 1000; draw++) {
        state = nextState(state);
        seen.add(pick(state, from, from + width));
      }
      expect(Math.min(...seen)).toBe(from);
      expect(Math.max(...seen)).toBe(from + width);
    }),
    { numRuns: 30 },
  );
});

test("streams of one seed differ from their first number on, and no stream repeats one number", () => {
  const first = new Set(Array.from({ length: 10_000 }, (_, stream) => nextState(stateOf(1, stream))));
  expect(first.size).toBeGreaterThan(9_990);
  expect(first.has(0)).toBe(false);
});
