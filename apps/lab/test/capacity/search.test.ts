import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  expectedTrials,
  mostTrials,
  type SearchSpace,
  search,
} from "../../src/capacity/search.ts";

const spaces = fc
  .record({
    smallest: fc.integer({ min: 1, max: 200 }),
    below: fc.integer({ min: 0, max: 5000 }),
    above: fc.integer({ min: 0, max: 1_000_000 }),
    precision: fc.double({ min: 0.01, max: 1, noNaN: true }),
    repeats: fc.integer({ min: 1, max: 7 }),
  })
  .map(({ smallest, below, above, precision, repeats }): SearchSpace => {
    const from = smallest + below;
    return { smallest, from, to: from + above, precision, repeats };
  });

/** Runs a search and records its trials. */
function recorded(space: SearchSpace, answerOf: (value: number, run: number) => Answer | null) {
  const runs: { value: number; answer: Answer }[] = [];
  const steps = search(space);
  let step = steps.next("interrupted");
  while (!step.done) {
    const { value } = step;
    const answer = answerOf(value, runs.length);
    if (answer !== null) runs.push({ value, answer });
    step = steps.next(answer ?? "interrupted");
  }
  return { found: step.value, runs, values: runs.map(({ value }) => value) };
}

const upTo =
  (limit: number) =>
  (value: number): Answer =>
    value <= limit ? "met" : "failed";

/** Counts the runs at a value, and those of them that were met. */
function countAt(runs: readonly { value: number; answer: Answer }[], value: number) {
  const all = runs.filter((run) => run.value === value);
  return { all: all.length, met: all.filter(({ answer }) => answer === "met").length };
}

const SPACE: SearchSpace = { smallest: 15, from: 500, to: 19_500, precision: 0.1, repeats: 3 };

describe("the values that a search tries", () => {
  test.each([
    [
      "a search doubles, bisects the interval, then repeats both ends in turn",
      9700,
      "500 1000 2000 4000 8000 16000 12000 10000 9000 9500 9500 10000 9500 10000",
    ],
    ["a search halves when its start value fails", 300, "500 250 375 312 281 296 296 312 296 312"],
    ["a search ends at its largest value", 30_000, "500 1000 2000 4000 8000 16000 19500 19500 19500"],
    ["a search ends at its smallest value", 3, "500 250 125 62 31 15 15 15"],
  ])("%s", (_, limit, values) => {
    expect(recorded(SPACE, upTo(limit)).values.join(" ")).toBe(values);
  });

  test("a search begins at its start value, stays within its range and takes at most the expected number of runs", () => {
    fc.assert(
      fc.property(spaces, fc.integer({ min: 0, max: 1_100_000 }), (space, limit) => {
        const { values } = recorded(space, upTo(limit));
        expect(values[0]).toBe(space.from);
        expect(values.every((value) => value >= space.smallest && value <= space.to)).toBe(true);
        expect(values.length).toBeLessThanOrEqual(expectedTrials(space));
      }),
    );
  });
});

test("a limit is between the ends, which are as close as the precision, and each has all its runs", () => {
  fc.assert(
    fc.property(spaces, fc.integer({ min: 0, max: 1_100_000 }), (space, limit) => {
      const { found, runs } = recorded(space, upTo(limit));
      const { met, above, ended } = found;
      if (limit < space.smallest) expect({ met, above }).toEqual({ met: null, above: space.smallest });
      else if (limit >= space.to)
        expect({ met, above, ended }).toEqual({ met: space.to, above: null, ended: "bound" });
      else {
        const [low, high] = [met ?? Number.NaN, above ?? Number.NaN];
        expect(low).toBeLessThanOrEqual(limit);
        expect(high).toBeGreaterThan(limit);
        expect(high - low === 1 || high / low <= 1 + space.precision).toBe(true);
        expect(ended).toBe("boundary");
      }
      for (const end of [met, above].filter((value) => value !== null)) {
        expect(countAt(runs, end).all).toBe(space.repeats);
      }
    }),
  );
});

describe("runs that contradict each other", () => {
  test("one wrong run does not move the limit out of the interval", () => {
    const wrongAt = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(spaces, fc.integer({ min: 0, max: 1_100_000 }), wrongAt, (any, limit, wrong) => {
        const space = { ...any, repeats: Math.max(3, any.repeats) };
        const truth = upTo(limit);
        const { found } = recorded(space, (value, run) => {
          if (run !== wrong) return truth(value);
          return truth(value) === "met" ? "failed" : "met";
        });
        expect(found.ended).not.toBe("unsettled");
        expect(found.met ?? 0).toBeLessThanOrEqual(limit);
        expect(found.above ?? Number.POSITIVE_INFINITY).toBeGreaterThan(limit);
      }),
      { numRuns: 500 },
    );
  });

  test("a search with arbitrary answers ends, and most runs at each end agree with the result", () => {
    const anyAnswer = fc.constantFrom<Answer>("met", "failed", "out-of-reach");
    fc.assert(
      fc.property(spaces, fc.array(anyAnswer, { minLength: 400, maxLength: 400 }), (space, said) => {
        const { found, runs } = recorded(space, (_, run) => said[run % said.length] ?? "met");
        expect(runs.length).toBeLessThanOrEqual(mostTrials(space));
        const { met, above, ended } = found;
        const fewest = ended === "unsettled" ? 1 : space.repeats;
        for (const end of [met, above].filter((value) => value !== null)) {
          const { all, met: agreeing } = countAt(runs, end);
          expect(all).toBeGreaterThanOrEqual(fewest);
          expect(2 * agreeing > all).toBe(end === met);
          expect(2 * agreeing === all && ended === "boundary").toBe(false);
        }
        expect(above ?? Number.POSITIVE_INFINITY).toBeGreaterThan(met ?? 0);
      }),
    );
  });

  test("a search continues below a low end that fails when it is repeated", () => {
    const { found } = recorded(SPACE, (value, run) => (run === 9 ? "met" : upTo(9300)(value)));
    expect(found).toMatchObject({ ended: "boundary", met: 9000, above: 9500 });
  });

  test("a search continues above a high end that is met when it is repeated", () => {
    const { found } = recorded(SPACE, (value, run) => (run === 4 ? "failed" : upTo(9700)(value)));
    expect(found).toMatchObject({ ended: "boundary", met: 9500, above: 10_000 });
  });

  test("a tie between the runs at an end is followed by one more run", () => {
    const space = { ...SPACE, repeats: 2 };
    const { runs } = recorded(space, (value, run) => (run === 11 ? "met" : upTo(9700)(value)));
    expect(countAt(runs, 10_000)).toEqual({ all: 3, met: 1 });
  });
});

describe("values that cannot be tried", () => {
  test("a boundary at such a value is reported as a bound of the search", () => {
    const { found } = recorded(SPACE, (value) => (value <= 9700 ? "met" : "out-of-reach"));
    expect(found).toEqual({ ended: "bound", met: 9500, above: 10_000, isAboveOutOfReach: true });
  });

  test("a limit of the server below such values is found", () => {
    const limit = upTo(5000);
    const { found } = recorded(SPACE, (value) => (value <= 9700 ? limit(value) : "out-of-reach"));
    expect(found).toMatchObject({ ended: "boundary", met: 5000, above: 5500 });
  });

  test("a search in which no value can be tried is unsettled", () => {
    const { found } = recorded(SPACE, () => "out-of-reach");
    expect(found).toMatchObject({ ended: "unsettled", met: null, above: 15 });
  });
});

test("an interrupted search keeps its results", () => {
  const { found } = recorded(SPACE, (value, run) => (run === 6 ? null : upTo(9700)(value)));
  expect(found).toEqual({ ended: "interrupted", met: 8000, above: 16_000, isAboveOutOfReach: false });
});

test("trial X2: a search whose range has no value ends without a trial", () => {
  const space = { from: 1, to: 0, smallest: 1, precision: 0.1, repeats: 1 };
  expect(search(space).next("interrupted")).toEqual({
    done: true,
    value: { ended: "unsettled", met: null, above: null, isAboveOutOfReach: false },
  });
});
