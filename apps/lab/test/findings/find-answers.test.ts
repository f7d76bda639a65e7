import { expect, test } from "vitest";
import { findAnswers } from "../../src/findings/find-answers.ts";
import { makeRepetition, makeSlice } from "../fixtures/slices.ts";

/** Scatter of the blocks, as factors. */
const SCATTER = [0.98, 1.01, 1.02, 0.99, 1];

/** Returns three starts of five blocks; the cost of a message scatters by a few per cent. */
function measure(
  variant: string,
  costUs: number,
  change: { axisValue?: number; cores?: number; rate?: number } = {},
) {
  const { axisValue = 100, cores = 0.5, rate = 50_000 } = change;
  return [1, 2, 3].map((repetition) =>
    makeRepetition({
      variant,
      axisValue,
      repetition,
      slices: SCATTER.map((factor, index) => {
        const cost = costUs * factor * (1 + 0.002 * repetition * (variant === "epoll" ? 1 : -1));
        return makeSlice({
          block: index + 1,
          messagesPerSecond: rate * factor,
          server: { cores, cpuUsPerMessage: cost, faultsPerMessage: 0 },
        });
      }),
    }),
  );
}

const find = (...repetitions: ReturnType<typeof measure>[]) => findAnswers("mine", repetitions.flat());
const costs = (...repetitions: ReturnType<typeof measure>[]) =>
  find(...repetitions).findings.filter(({ quantity }) => quantity === "cost");

test("a cost that is larger in every block is shown, with its ratio and interval", () => {
  const [finding] = costs(measure("threaded", 15), measure("epoll", 10));
  expect(finding).toMatchObject({
    question: "variants",
    variant: "threaded",
    against: { variant: "epoll", axisValue: 100 },
    at: 100,
    verdict: "shown",
    level: 99,
    slices: 30,
    replaced: 0,
    wouldTake: null,
  });
  expect(finding?.effect).toBeCloseTo(1.5, 1);
  expect(finding?.low).toBeGreaterThan(1.4);
  expect(finding?.high).toBeLessThan(1.6);
});

test("costs that differ by less than 5 % are no difference", () => {
  const [finding] = costs(measure("select", 10), measure("epoll", 10));
  expect(finding?.verdict).toBe("no-difference");
});

test("blocks that scatter too widely show nothing, and the time that would settle it is estimated", () => {
  const wide = [0.7, 1.5, 1.1].flatMap((factor, start) => measure("select", 10 * factor)[start] ?? []);
  const [finding] = costs(wide, measure("epoll", 10));
  expect(finding?.verdict).toBe("not-shown");
  expect(finding?.wouldTake).toBeGreaterThan(0);
});

test("a disturbed slice is left out with its partner, and counted", () => {
  const disturbed = measure("threaded", 15).map((repetition) => ({
    ...repetition,
    slices: repetition.slices.map((slice) =>
      slice.block === 1
        ? makeSlice({
            ...slice,
            server: { cores: 1, cpuUsPerMessage: 900, faultsPerMessage: 0 },
            disturbances: ["busy-host"],
          })
        : slice,
    ),
  }));
  const [finding] = costs(disturbed, measure("epoll", 10));
  expect(finding).toMatchObject({ verdict: "shown", slices: 24, replaced: 3 });
  expect(finding?.effect).toBeCloseTo(1.5, 1);
});

test.each([
  [
    "a server at its limit against one whose client was the limit is at most",
    0.99,
    0.5,
    40_000,
    80_000,
    "at-most",
  ],
  [
    "one whose client was the limit against a server at its limit is at least",
    0.5,
    0.99,
    80_000,
    40_000,
    "at-least",
  ],
  ["two servers at their limits have a ratio", 0.99, 0.99, 40_000, 80_000, "shown"],
  ["two whose clients were the limit show nothing", 0.5, 0.5, 40_000, 80_000, "not-shown"],
] as const)("the rate of %s", (_, cores, otherCores, rate, otherRate, verdict) => {
  const { findings } = find(
    measure("threaded", 15, { cores, rate }),
    measure("epoll", 10, { cores: otherCores, rate: otherRate }),
  );
  expect(findings.find(({ quantity }) => quantity === "rate")?.verdict).toBe(verdict);
});

test("a variant is compared with itself at both ends of the axis", () => {
  const growth = costs(measure("select", 10, { axisValue: 10 }), measure("select", 40, { axisValue: 5000 }));
  expect(growth).toMatchObject([
    { question: "growth", at: 5000, against: { variant: "select", axisValue: 10 }, verdict: "shown" },
  ]);
  expect(growth[0]?.effect).toBeCloseTo(4, 0);
});

test("levels have an interval, and a rate that the client limited is a lower bound", () => {
  const { levels } = find(measure("epoll", 10));
  expect(levels).toMatchObject([
    { variant: "epoll", quantity: "cost", isLowerBound: false, slices: 15 },
    { variant: "epoll", quantity: "rate", isLowerBound: true, slices: 15 },
  ]);
  expect(levels[0]?.value).toBeCloseTo(10, 0);
  expect(levels[0]?.low).toBeLessThan(levels[0]?.value ?? 0);
});

test("a server that refuses connections has a limit with its cause; one that holds all holds at least so many", () => {
  const refused = {
    client: { achieved: { held: 994 } },
    final: { closed: { "refused-descriptor": 9006 } },
  };
  const { findings } = findAnswers("mine", [
    makeRepetition({ variant: "select", axisValue: 10_000 }, refused),
    makeRepetition({ variant: "epoll", axisValue: 10_000 }),
  ]);
  expect(findings).toMatchObject([
    { question: "limit", variant: "select", effect: 994, cause: "refused-descriptor", verdict: "shown" },
    { question: "limit", variant: "epoll", effect: 10_000, cause: null, verdict: "at-least" },
  ]);
});

test("an experiment without slices has no comparison", () => {
  const one = makeRepetition({ variant: "epoll" }, { axis: "size" });
  expect(findAnswers("mine", [one])).toEqual({ schema: "c10k-lab/findings/1", findings: [], levels: [] });
});
