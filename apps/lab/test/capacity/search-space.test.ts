import { describe, expect, test } from "vitest";
import { changedSearch, type SearchChanges } from "../../src/capacity/search-changes.ts";
import { type SearchFacts, spaceOf } from "../../src/capacity/search-space.ts";
import { parsePlan } from "../../src/plan/plan-file.ts";
import { findPlan } from "../../src/plan/plan-library.ts";
import type { MachineLimits } from "../../src/preflight/machine-limits.ts";

const MACHINE = { fileDescriptors: 20_000, localPorts: { limit: 28_232, used: 32 } } as MachineLimits;
const CONNECTIONS: SearchFacts = {
  searched: "connections",
  range: { from: 500, to: 19_500, fixed: 20_000 },
  load: { duration: "2s" },
  precision: 0.1,
  repeats: 3,
};

describe("where a search looks", () => {
  test("as far as it was asked to, and down to a thirty-second of where it begins", () => {
    expect(spaceOf(CONNECTIONS, MACHINE)).toEqual({
      space: { from: 500, to: 19_500, smallest: 15, precision: 0.1, repeats: 3 },
      bound: { value: 19_500, sentence: "The search ends at 19,500: so far it was asked to go." },
    });
  });

  test.each([
    [
      "descriptors of a process",
      { fileDescriptors: 1024 },
      {},
      984,
      /may open 1,024 files \(RLIMIT_NOFILE\)/,
    ],
    ["no limit on them", { fileDescriptors: Number.POSITIVE_INFINITY }, {}, 19_500, /asked to go/],
    ["local ports that are left", { localPorts: { limit: 9000, used: 1000 } }, {}, 8000, /local ports left/],
    [
      "ports of further addresses",
      { localPorts: { limit: 9, used: 0 } },
      { source: "127.0.0.1/26" },
      19_500,
      /asked/,
    ],
    [
      "a message for each connection",
      {},
      { duration: "500ms" },
      10_000,
      /in 0.5 s at 20,000 messages\/s more/,
    ],
  ])("not further than %s allows", (_, machine, load, value, sentence) => {
    const facts = { ...CONNECTIONS, load: { ...CONNECTIONS.load, ...load } };
    const { space, bound } = spaceOf(facts, { ...MACHINE, ...machine });
    expect(space.to).toBe(value);
    expect(bound).toEqual({ value, sentence: expect.stringMatching(sentence) });
    expect(bound.sentence).toContain(`ends at ${value.toLocaleString("en-US")}:`);
  });

  test("it begins within what is possible", () => {
    const { space } = spaceOf(CONNECTIONS, { ...MACHINE, fileDescriptors: 140 });
    expect(space).toMatchObject({ from: 100, to: 100, smallest: 3 });
  });

  test("what connections need does not bound a rate", () => {
    const facts: SearchFacts = { ...CONNECTIONS, searched: "rate" };
    expect(spaceOf(facts, { ...MACHINE, fileDescriptors: 64 }).space.to).toBe(19_500);
  });
});

describe("what a command line changes in it", () => {
  const SEARCH = findPlan("capacity").search as NonNullable<ReturnType<typeof findPlan>["search"]>;
  const NOTHING = {} as SearchChanges;
  const ONE = parsePlan(
    "one",
    "{question: Q, about: A, variants: {epoll: }, load: {duration: 1s}, search: {slo: {}, rate: {from: 1, to: 9, connections: 5}}}",
  ).search as typeof SEARCH;

  test("nothing given, nothing changed", () => {
    expect(changedSearch(SEARCH, NOTHING)).toEqual(SEARCH);
  });

  test("objective, ranges, what is held fast, precision", () => {
    const changes = { ...NOTHING, p99Ms: 10, achievedPercent: 99, precisionPercent: 5 };
    const ranges = { connections: { from: 10, to: 20 }, atRate: 7, atConnections: 8 };
    expect(changedSearch(SEARCH, { ...changes, ...ranges })).toEqual({
      objective: { p99Ms: 10, achievedMin: 0.99, failuresMax: 0 },
      precision: 0.05,
      ranges: {
        connections: { from: 10, to: 20, fixed: 7 },
        rate: { ...SEARCH.ranges.rate, fixed: 8 },
      },
    });
  });

  test("only one of the two", () => {
    expect(Object.keys(changedSearch(SEARCH, { ...NOTHING, only: "rate" }).ranges)).toEqual(["rate"]);
  });

  test("one the plan does not have", () => {
    const changes = { ...NOTHING, connections: { from: 1, to: 2 }, atRate: 3 };
    expect(changedSearch(ONE, changes).ranges.connections).toEqual({ from: 1, to: 2, fixed: 3 });
  });

  test.each<[Partial<SearchChanges>, RegExp]>([
    [{ only: "connections" }, /^--only connections: the plan does not search it; give --connections A\.\.B$/],
    [{ connections: { from: 1, to: 2 } }, /^--connections: say what is held fast with --at-rate$/],
    [{ atRate: 5 }, /^--at-rate: the plan does not search connections; give --connections A\.\.B too$/],
  ])("%j is a mistake", (changes, sentence) => {
    expect(() => changedSearch(ONE, { ...NOTHING, ...changes })).toThrow(sentence);
  });
});

describe("mistakes in a plan's search are one sentence that names the place", () => {
  test.each([
    ["load: {duration: 1s}\nsearch: {slo: {}}", /^search: say what is searched: connections, rate$/],
    ["search: {slo: {}, rate: {from: 1, to: 9, connections: 5}}", /^epoll: load.duration: say how long/],
    [
      "load: {duration: 1s}\nsearch: {slo: {}, rate: {from: 9, to: 1, connections: 5}}",
      /^search.rate: from is above to$/,
    ],
    ["load: {duration: 1s}\nsearch: {slo: {}, rate: {from: 1, to: 9}}", /^search.rate.connections: /],
  ])("%s", (yaml, sentence) => {
    expect(() => parsePlan("mine", `question: Q\nabout: A\nvariants: {epoll: }\n${yaml}`)).toThrow(sentence);
  });
});
