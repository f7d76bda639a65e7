import { describe, expect, test } from "vitest";
import { changeSearch, type SearchChanges } from "../../src/capacity/search-changes.ts";
import { type SearchFacts, spaceOf } from "../../src/capacity/search-space.ts";
import { parsePlan } from "../../src/plan/yaml/plan-file.ts";
import { findPlan } from "../../src/plan/yaml/plan-library.ts";
import type { MachineLimits } from "../../src/preflight/machine-limits.ts";
import { loadOf } from "../fixtures/load.ts";

const MACHINE = { fileDescriptors: 20_000, localPorts: { limit: 28_232, used: 32 } } as MachineLimits;
const CONNECTIONS: SearchFacts = {
  searched: "connections",
  range: { from: 500, to: 19_500, fixed: 20_000 },
  load: loadOf({ duration: "2s" }),
  precision: 0.1,
  repeats: 3,
};

describe("the range of a search", () => {
  test("a search goes up to the plan's upper bound and down to 1/32 of its start", () => {
    expect(spaceOf(CONNECTIONS, MACHINE)).toEqual({
      space: { from: 500, to: 19_500, smallest: 15, precision: 0.1, repeats: 3 },
      bound: { bound: "plan", value: 19_500 },
    });
  });

  const load = { bound: "load", value: 10_000, durationMs: 500, ratePerSecond: 20_000 };
  test.each([
    [
      "descriptors",
      { fileDescriptors: 1024 },
      {},
      { bound: "descriptors", value: 984, limit: 1024, own: 40 },
    ],
    ["the plan", { fileDescriptors: Number.POSITIVE_INFINITY }, {}, { bound: "plan", value: 19_500 }],
    ["local ports", { localPorts: { limit: 9000, used: 1000 } }, {}, { bound: "ports", value: 8000 }],
    [
      "the plan, where further addresses have ports",
      { localPorts: { limit: 9, used: 0 } },
      { source: "127.0.0.1/26" },
      { bound: "plan", value: 19_500 },
    ],
    ["a message for each connection", {}, { duration: "500ms" }, load],
  ])("a search is bounded by %s", (_, machine, changes: Record<string, string>, expected) => {
    const facts = { ...CONNECTIONS, load: { ...CONNECTIONS.load, ...loadOf(changes) } };
    const { space, bound } = spaceOf(facts, { ...MACHINE, ...machine });
    expect(bound).toEqual(expected);
    expect(space.to).toBe(expected.value);
  });

  test("a search starts within the machine's limits", () => {
    const { space } = spaceOf(CONNECTIONS, { ...MACHINE, fileDescriptors: 140 });
    expect(space).toMatchObject({ from: 100, to: 100, smallest: 3 });
  });

  test("the limits on connections do not bound a rate", () => {
    const facts: SearchFacts = { ...CONNECTIONS, searched: "rate" };
    expect(spaceOf(facts, { ...MACHINE, fileDescriptors: 64 }).space.to).toBe(19_500);
  });
});

describe("changes from the command line", () => {
  const SEARCH = findPlan("capacity").search as NonNullable<ReturnType<typeof findPlan>["search"]>;
  const NOTHING = {} as SearchChanges;
  const ONE = parsePlan(
    "one",
    "{question: Q, about: A, variants: {epoll: }, load: {duration: 1s}, search: {slo: {}, rate: {from: 1, to: 9, connections: 5}}}",
  ).search as typeof SEARCH;

  test("a command line without options changes nothing", () => {
    expect(changeSearch(SEARCH, NOTHING)).toEqual(SEARCH);
  });

  test("options replace the objective, the ranges, the fixed quantities and the precision", () => {
    const changes = { ...NOTHING, p99Ms: 10, achievedPercent: 99, precisionPercent: 5 };
    const ranges = { connections: { from: 10, to: 20 }, atRate: 7, atConnections: 8 };
    expect(changeSearch(SEARCH, { ...changes, ...ranges })).toEqual({
      objective: { p99Ms: 10, achievedMin: 0.99, failuresMax: 0 },
      precision: 0.05,
      ranges: {
        connections: { from: 10, to: 20, fixed: 7 },
        rate: { ...SEARCH.ranges.rate, fixed: 8 },
      },
    });
  });

  test("--only leaves out the other search", () => {
    expect(Object.keys(changeSearch(SEARCH, { ...NOTHING, only: "rate" }).ranges)).toEqual(["rate"]);
  });

  test("--connections adds a search that the plan does not have", () => {
    const changes = { ...NOTHING, connections: { from: 1, to: 2 }, atRate: 3 };
    expect(changeSearch(ONE, changes).ranges.connections).toEqual({ from: 1, to: 2, fixed: 3 });
  });

  test.each<[Partial<SearchChanges>, RegExp]>([
    [{ only: "connections" }, /^--only connections: the plan does not search it; give --connections A\.\.B$/],
    [{ connections: { from: 1, to: 2 } }, /^--connections: say what is held fast with --at-rate$/],
    [{ atRate: 5 }, /^--at-rate: the plan does not search connections; give --connections A\.\.B too$/],
  ])("%j is a mistake", (changes, sentence) => {
    expect(() => changeSearch(ONE, { ...NOTHING, ...changes })).toThrow(sentence);
  });
});

describe("mistakes in a plan's search are one sentence that names the place", () => {
  test.each([
    ["load: {duration: 1s}\nsearch: {slo: {}}", /: search: name what is searched: connections, rate$/],
    [
      "search: {slo: {}, rate: {from: 1, to: 9, connections: 5}}",
      /: variants.epoll.load.duration: a search needs the time/,
    ],
    [
      "load: {duration: 1s}\nsearch: {slo: {}, rate: {from: 9, to: 1, connections: 5}}",
      /: search.rate: from is above to$/,
    ],
    [
      "load: {duration: 1s}\nsearch: {slo: {}, rate: {from: 1, to: 9}}",
      /: search.rate.connections: a value is missing/,
    ],
  ])("%s", (yaml, sentence) => {
    expect(() => parsePlan("mine", `question: Q\nabout: A\nvariants: {epoll: }\n${yaml}`)).toThrow(sentence);
  });
});
