import type { RepetitionResult } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test } from "vitest";
import { findAnswers } from "../../src/findings/find-answers.ts";
import { makeRepetition, makeSlice } from "../fixtures/slices.ts";

const MINE = { name: "mine", variants: ["threaded", "select", "epoll"] };

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

const find = (...repetitions: ReturnType<typeof measure>[]) => findAnswers(MINE, repetitions.flat());
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

/** Returns an open loop whose messages took 100 µs, and one in fifty a time of its own. */
function measureOpen(
  variant: string,
  slowUs: number,
  wish: { messages?: number; clientCores?: number } = {},
) {
  const { messages = 2000, clientCores = 0.4 } = wish;
  return measure(variant, 10).map((repetition) => ({
    ...repetition,
    client: { latencyUs: { intended: { count: messages } } } as RepetitionResult["client"],
    slices: repetition.slices.map((slice) => ({
      ...slice,
      client: { cores: clientCores },
      histograms: { ...slice.histograms, intended: timesOf(messages, slowUs + 10 * slice.block) },
    })),
  }));
}

function timesOf(messages: number, slowUs: number): string {
  const times = new LatencyHistogram();
  for (let count = 0; count < messages; count++) times.record(count % 50 === 0 ? slowUs : 100);
  return times.encode();
}

const p99s = (...repetitions: ReturnType<typeof measureOpen>[]) =>
  find(...repetitions).findings.filter(({ quantity }) => quantity === "p99");

test("an open loop compares the p99 of slices, from the time a message was due", () => {
  const open = [measureOpen("select", 4000), measureOpen("epoll", 2000)];
  const [finding] = p99s(...open);
  expect(finding).toMatchObject({ variant: "select", verdict: "shown", slices: 30 });
  expect(finding?.effect).toBeCloseTo(2, 1);
  const { levels } = find(...open);
  expect(levels.map(({ quantity }) => quantity)).toEqual(["cost", "p99", "cost", "p99"]);
  expect(levels[1]?.value).toBeCloseTo(4.03, 1);
});

test("slices of fewer than 1,000 messages have no p99, and a closed loop compares none", () => {
  expect(p99s(measureOpen("select", 4000, { messages: 999 }), measureOpen("epoll", 2000))).toEqual([]);
  expect(p99s(measure("select", 10), measure("epoll", 10))).toEqual([]);
});

test.each([
  ["a slower server whose client was busy shows nothing", 1, 0.4, "not-shown"],
  ["a slower server is at least so slow where the other's client was busy", 0.4, 1, "at-least"],
  ["two whose clients were busy show nothing", 1, 1, "not-shown"],
] as const)("the p99 of a busy client is an upper bound: %s", (_, over, under, verdict) => {
  const [finding] = p99s(
    measureOpen("select", 4000, { clientCores: over }),
    measureOpen("epoll", 2000, { clientCores: under }),
  );
  expect(finding?.verdict).toBe(verdict);
});

test.each([
  ["at its limit broke under it", 0.99, 11_000, { cause: "offered", quantity: "rate", at: 15_000 }],
  ["with time left did not: the client was late", 0.5, 11_000, null],
  ["at its limit that carried it did not", 0.99, 19_500, null],
] as const)("an offered rate in slices: a server %s", (_, cores, rate, expected) => {
  const asked = { options: { rate: 20_000 } };
  const open = measure("select", 90, { axisValue: 15_000, cores, rate }).map((repetition) => ({
    ...repetition,
    client: { asked, latencyUs: { intended: { count: 2000 } } } as unknown as RepetitionResult["client"],
  }));
  const [limit] = find(open).findings.filter(({ question }) => question === "limit");
  if (expected === null) return expect(limit).toBeUndefined();
  expect(limit).toMatchObject({ ...expected, verdict: "shown" });
  expect(limit?.effect).toBeCloseTo(0.55, 2);
  expect(limit?.high).toBeLessThan(0.95);
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

const limits = (...repetitions: ReturnType<typeof makeRepetition>[]) =>
  findAnswers(MINE, repetitions).findings.filter(({ question }) => question === "limit");

/** Returns three repetitions measured from start to end, one per cent apart. */
function measureWhole(
  place: { variant: string; axisValue?: number; group?: string },
  whole: NonNullable<Parameters<typeof makeRepetition>[2]>,
  change: object = {},
) {
  return [0.99, 1, 1.01].map((factor, index) =>
    makeRepetition({ ...place, repetition: index + 1 }, change, {
      ...whole,
      ...(whole.messagesPerSecond && { messagesPerSecond: whole.messagesPerSecond * factor }),
      ...(whole.p99Ms && { p99Ms: whole.p99Ms * factor }),
      ...(whole.wallMs && { wallMs: whole.wallMs * factor }),
    }),
  );
}

test("a server that refuses connections has a limit with its cause; one that holds all holds at least so many", () => {
  const refused = { held: 994, closed: { "refused-descriptor": 9006 } };
  expect(
    limits(
      makeRepetition({ variant: "select", axisValue: 10_000 }, {}, refused),
      makeRepetition({ variant: "epoll", axisValue: 10_000 }),
    ),
  ).toMatchObject([
    { variant: "select", quantity: "held", effect: 994, cause: "refused-descriptor", verdict: "shown" },
    { variant: "epoll", quantity: "held", effect: 10_000, cause: null, verdict: "at-least" },
  ]);
});

test("a server whose rate falls as the load rises breaks at the first load that shows it", () => {
  const at = (axisValue: number, messagesPerSecond: number) =>
    measureWhole({ variant: "threaded", axisValue }, { messagesPerSecond });
  const [limit] = limits(...at(10, 100_000), ...at(100, 90_000), ...at(1000, 60_000), ...at(4000, 50_000));
  expect(limit).toMatchObject({ at: 1000, cause: "rate", quantity: "rate", verdict: "shown" });
  expect(limit?.effect).toBeCloseTo(0.6, 2);
  expect(limit?.high).toBeLessThan(0.8);
});

test("a p99 above 100 ms is a limit only when its whole interval is", () => {
  const at = (p99Ms: number) => measureWhole({ variant: "epoll" }, { p99Ms });
  expect(limits(...at(150))).toMatchObject([{ cause: "latency", quantity: "p99" }]);
  expect(limits(...at(100.5))).toMatchObject([{ cause: null, verdict: "at-least" }]);
});

test.each([
  ["cut off before the clients had proven a connection", { status: "cut-off" }, { held: 0, peak: 19_970 }],
  ["given up with clients that left no totals", { status: "failed", client: null }, { peak: 19_970 }],
  ["failed with the connections that the clients proved", { status: "failed" }, { held: 19_970 }],
])("a server without descriptors holds what its ledger says: %s", (_, change, whole) => {
  const acceptErrors = { EMFILE: 85, EAGAIN: 3 };
  const [limit] = limits(
    makeRepetition({ variant: "threaded", axisValue: 100_000 }, change, { ...whole, acceptErrors }),
  );
  expect(limit).toMatchObject({
    quantity: "held",
    effect: 19_970,
    cause: "no-descriptors",
    verdict: "shown",
  });
});

test("a server that started no more threads holds its peak also where the clients were ended before their first echo", () => {
  const refused = { held: 0, peak: 3100, closed: { "refused-thread": 900 } };
  expect(
    limits(makeRepetition({ variant: "threaded", axisValue: 10_000 }, { status: "cut-off" }, refused)),
  ).toMatchObject([{ effect: 3100, cause: "refused-thread" }]);
});

test("an accept4(2) that failed for a moment ends no server that held all", () => {
  const brief = { acceptErrors: { EMFILE: 2 } };
  expect(limits(makeRepetition({ variant: "epoll" }, {}, brief))).toMatchObject([
    { cause: null, effect: 100 },
  ]);
});

test("most repetitions that were cut off are a limit", () => {
  const cut = measureWhole({ variant: "epoll" }, {}, { status: "cut-off" });
  expect(limits(...cut)).toMatchObject([{ cause: "cut-off", verdict: "shown" }]);
});

test.each([
  ["the backlog after the last that overflowed", [10, 10, 0], { at: 1024, verdict: "shown" }],
  ["at most the shortest where none overflowed", [0, 0, 0], { at: 5, verdict: "at-most" }],
  ["more than the longest where all overflowed", [10, 10, 10], { at: 1024, verdict: "at-least" }],
])("the backlog that suffices is %s", (_, overflows, expected) => {
  const cells = [5, 128, 1024].map((axisValue, index) =>
    makeRepetition(
      { variant: "epoll", axisValue },
      { axis: "backlog" },
      { overflows: overflows[index] ?? 0 },
    ),
  );
  expect(limits(...cells)).toMatchObject([{ cause: "listen-overflow", ...expected }]);
});

test("cells measured from start to end are compared by the medians of three repetitions or more", () => {
  const { findings, levels } = findAnswers(MINE, [
    ...measureWhole({ variant: "threaded" }, { messagesPerSecond: 50_000 }),
    ...measureWhole({ variant: "epoll" }, { messagesPerSecond: 100_000 }),
  ]);
  expect(findings.find(({ quantity }) => quantity === "rate")).toMatchObject({
    question: "variants",
    variant: "threaded",
    effect: 0.5,
    verdict: "shown",
    slices: 6,
    wouldTake: null,
  });
  expect(levels).toMatchObject([
    { variant: "threaded", quantity: "rate", value: 50_000, isLowerBound: false, slices: 3 },
    { variant: "epoll", quantity: "rate", value: 100_000, isLowerBound: false, slices: 3 },
  ]);
});

test("two repetitions have no interval, so they show nothing", () => {
  const two = (variant: string, messagesPerSecond: number) =>
    measureWhole({ variant }, { messagesPerSecond }).slice(0, 2);
  const { findings } = findAnswers(MINE, [...two("threaded", 50_000), ...two("epoll", 100_000)]);
  expect(findings[0]).toMatchObject({
    effect: 50_000 / 100_000,
    low: null,
    high: null,
    verdict: "not-shown",
  });
});

test("a repetition that failed, or whose ledgers differ, is in no comparison", () => {
  const [first, second, third] = measureWhole({ variant: "threaded" }, { messagesPerSecond: 50_000 });
  const { levels } = findAnswers(MINE, [
    { ...(first as RepetitionResult), status: "failed" },
    { ...(second as RepetitionResult), reconciliation: { balanced: false } as never },
    third as RepetitionResult,
  ]);
  expect(levels).toMatchObject([{ value: 50_500, slices: 1 }]);
});

test("the same number of messages is compared between groups at the largest load of a variant", () => {
  const at = (group: string, axisValue: number, p99Ms: number) =>
    measureWhole({ variant: "epoll", group, axisValue }, { p99Ms, messages: 20 });
  const { findings } = findAnswers(MINE, [
    ...at("as submitted", 1000, 400),
    ...at("as submitted", 5000, 800),
    ...at("corrected", 1000, 20),
    ...at("corrected", 5000, 40),
  ]);
  const across = findings.filter(({ question }) => question === "groups");
  expect(across).toMatchObject([
    {
      quantity: "p99",
      at: 5000,
      group: "as submitted",
      against: { group: "corrected", variant: "epoll", axisValue: 5000 },
      verdict: "shown",
    },
  ]);
  expect(across[0]?.effect).toBeCloseTo(20, 0);
});

test("doubts about the client touch a rate and not a cost, and count only in most repetitions", () => {
  const doubts = [{ reason: "client-limit", corePercent: 97 }];
  const doubtful = measure("threaded", 15).map((one) => ({ ...one, doubts }) as RepetitionResult);
  const { findings } = find(doubtful, measure("epoll", 10));
  const reasons = (quantity: string) =>
    findings.find((one) => one.quantity === quantity)?.doubts.map(({ reason }) => reason);
  expect([reasons("cost"), reasons("rate")]).toEqual([[], ["client-limit"]]);
  const [first, ...others] = doubtful;
  const few = find(
    [first as RepetitionResult, ...others.map((one) => ({ ...one, doubts: [] }))],
    measure("epoll", 10),
  );
  expect(few.findings.flatMap((one) => one.doubts)).toEqual([]);
});

test("trial 26, trial 29: a client that the lab killed, or a probe without an answer, is no limit of the server", () => {
  const isKilled = { status: "failed", client: null, final: null };
  const killed = [1, 2, 3].map((repetition) =>
    makeRepetition({ variant: "epoll", axisValue: 10, repetition }, isKilled),
  );
  expect(limits(...killed)).toEqual([]);
  const well = [1, 2, 3].map((repetition) => makeRepetition({ variant: "epoll", axisValue: 5, repetition }));
  const [limit, ...others] = limits(...well, ...killed);
  expect(others).toEqual([]);
  expect(limit).toMatchObject({ at: 5, verdict: "at-least", cause: null });
});

test.each(["interrupted", "engine-lost"])(
  "a repetition that was %s shows no limit, whatever the server held and refused by then",
  (status) => {
    const refused = { held: 0, closed: { "refused-descriptor": 6422 } };
    const cell = { variant: "select", axisValue: 10_000 };
    expect(limits(makeRepetition(cell, { status }, refused))).toEqual([]);
    const [whole, ...others] = limits(
      makeRepetition({ ...cell, axisValue: 500 }),
      makeRepetition(cell, { status }, { held: 7 }),
    );
    expect(others).toEqual([]);
    expect(whole).toMatchObject({ at: 500, effect: 500, verdict: "at-least" });
  },
);

test("a foreign server that does not start, or does not echo, failed at that load", () => {
  const broken = (incident: object) => ({
    ...{ status: "failed", ledger: "client-only", client: null, final: null, incidents: [incident] },
  });
  const [limit, ...others] = limits(
    makeRepetition(
      { variant: "mine", axisValue: 10, repetition: 1 },
      broken({ incident: "no-echo", sent: "a", received: "A", end: "wrong-bytes" }) as never,
    ),
  );
  expect(others).toEqual([]);
  expect(limit).toMatchObject({ variant: "mine", at: 10, verdict: "shown", cause: "failed", effect: 0 });
});

test("a server that refuses connections in slices has a limit, and a foreign one that failed", () => {
  const refusing = measure("select", 10).map((one) => ({
    ...one,
    client: {
      ...one.client,
      asked: { options: {} },
      achieved: { held: 94 },
      latencyUs: { intended: { count: 0 } },
    },
    final: { closed: { "refused-descriptor": 6 }, peak: 94 },
  }));
  const failing = measure("threaded", 10).map((one) => ({ ...one, ledger: "client-only", status: "failed" }));
  const found = findAnswers(MINE, [...refusing, ...failing] as never).findings;
  expect(found.filter(({ question }) => question === "limit")).toMatchObject([
    { variant: "threaded", cause: "failed", verdict: "shown" },
    { variant: "select", cause: "refused-descriptor", effect: 94 },
  ]);
});
