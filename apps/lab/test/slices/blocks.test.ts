import type { Slice } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test, vi } from "vitest";
import { Blocks } from "../../src/slices/blocks.ts";
import { judgeSlice } from "../../src/slices/disturbances.ts";
import type { Stand, TurnTimes } from "../../src/slices/stand.ts";
import { describeSlice, type Turn } from "../../src/slices/turn.ts";
import { makeSlice } from "../fixtures/slices.ts";

/** A slice has four turns, after one that warms up. */
const TURNS = 4;

interface Call {
  readonly name: string;
  readonly times: TurnTimes;
}

function makeTurn({ steady, whole, ...change }: TurnChange = {}): Turn {
  const idle = { waitingUs: 0, stolenUs: 0, clientStolenUs: 0, faults: 0, errors: 0 };
  const work = { timeUs: 100_000, serverUs: 50_000, clientUs: 90_000, messages: 5000 };
  return {
    steady: { ...work, elapsedUs: 100_000, labUs: 0, ...steady },
    whole: { ...idle, ...work, busyUs: 50_000, clientBusyUs: 95_000, ...whole },
    isPinned: true,
    offered: null,
    histograms: [],
    ...change,
  };
}

type TurnChange = Partial<Omit<Turn, "steady" | "whole">> & {
  readonly steady?: Partial<Turn["steady"]>;
  readonly whole?: Partial<Turn["whole"]>;
};

/** Returns stands whose turns are made up. */
function makeStands(names: readonly string[], answer: (name: string, call: number) => Turn | null) {
  const calls: Call[] = [];
  const stands = names.map((name) => {
    const slices: Slice[] = [];
    const measure = async (times: TurnTimes) => {
      calls.push({ name, times });
      return answer(name, calls.filter((call) => call.name === name).length);
    };
    const cell = { load: {}, connections: 1000 };
    const sampleCalls = async () => {};
    return { cell, slices, processes: [], isSeen: true, measure, sampleCalls } as unknown as Stand;
  });
  return { stands, calls };
}

test("in a block the stands take turns, and their order changes from round to round", async () => {
  const { stands, calls } = makeStands(["threaded", "select", "epoll"], () => makeTurn());
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  calls.length = 0;
  for (let block = 0; block < 2; block++) await blocks.measure();
  const rounds = Array.from({ length: 2 * TURNS }, (_, round) =>
    calls.slice(3 * round, 3 * round + 3).map(({ name }) => name),
  );
  for (const round of rounds) expect(round.toSorted()).toEqual(["epoll", "select", "threaded"]);
  expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(2);
  for (const { slices } of stands)
    expect(slices.map(({ block, turns }) => [block, turns])).toEqual([
      [1, TURNS],
      [2, TURNS],
    ]);
  const places = stands.map(({ slices }) => slices[0]?.place);
  expect(places.toSorted()).toEqual([1, 2, 3]);
});

test("a slice is the sum of its turns", () => {
  const times = (responseUs: number) => {
    const histogram = new LatencyHistogram();
    histogram.record(responseUs);
    const encoded = histogram.encode();
    return [{ response: encoded, intended: encoded }];
  };
  const turns = [
    makeTurn({ steady: { serverUs: 40_000 }, whole: { busyUs: 70_000 }, histograms: times(100) }),
    makeTurn({
      steady: { messages: 3000, elapsedUs: 60_000, timeUs: 60_000, labUs: 1600 },
      whole: { messages: 4000, timeUs: 80_000, faults: 9000, errors: 1 },
      histograms: times(900),
    }),
  ];
  const slice = describeSlice({ block: 2, place: 3 }, turns, true);
  expect(slice).toMatchObject({
    block: 2,
    place: 3,
    turns: 2,
    durationMs: 160,
    messages: 8000,
    messagesPerSecond: 50_000,
  });
  // Costs are of the steady part, what others took of the whole.
  expect(slice.server).toEqual({
    cores: 90_000 / 160_000,
    cpuUsPerMessage: 90_000 / 8000,
    faultsPerMessage: 1,
  });
  expect(slice.lab.cores).toBeCloseTo(1600 / 160_000);
  expect(slice.foreign.cores).toBeCloseTo(20_000 / 180_000);
  expect(slice.client.cores).toBeCloseTo(180_000 / 160_000);
  expect(slice.clientCore).toEqual({ foreign: expect.closeTo(10_000 / 180_000), stolen: 0 });
  expect(slice.offered).toBeNull();
  expect(slice.disturbances).toEqual(["failures"]);
  expect(LatencyHistogram.decode(slice.histograms.response).count).toBe(2);
  expect(describeSlice({ block: 1, place: 1 }, turns, false).server).toEqual({
    cores: null,
    cpuUsPerMessage: null,
    faultsPerMessage: null,
  });
});

test("a slice of an open loop counts what was due in its turns, and what of it did not come back", () => {
  const turnOf = (due: number, answered: number, change: TurnChange = {}) => {
    const intended = new LatencyHistogram();
    for (let message = 0; message < answered; message++) intended.record(100);
    const times = { response: intended.encode(), intended: intended.encode() };
    return makeTurn({ offered: { perSecond: 9000, messages: due }, histograms: [times], ...change });
  };
  const offeredIn = (turns: readonly Turn[]) => describeSlice({ block: 1, place: 1 }, turns, true).offered;
  expect(offeredIn([turnOf(300, 300), turnOf(310, 290)])).toEqual({
    perSecond: 9000,
    messages: 610,
    unanswered: 20,
  });
  expect(offeredIn([turnOf(300, 300), turnOf(0, 0, { offered: null })])).toBeNull();
  const unpinned = [turnOf(300, 300, { isPinned: false })];
  expect(describeSlice({ block: 1, place: 1 }, unpinned, true).clientCore).toBeNull();
});

test("the warm-up counts for nothing but the length of the turns: two messages on each connection in a turn", async () => {
  const { stands, calls } = makeStands(["epoll"], () => makeTurn({ steady: { messages: 1000 } }));
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  expect(stands[0]?.slices).toEqual([]);
  await blocks.measure();
  // 1,000 connections at 10,000 messages per second take 100 ms for one message each.
  expect(calls.at(-1)?.times).toEqual({ settleMs: 100, durationMs: 200 });
  expect(blocks.blockMs).toBe(TURNS * 400);
});

test("a disturbed slice is kept as such and measured once more at the end of its block", async () => {
  const third = (call: number) => call > 1 + 2 * TURNS && call <= 1 + 3 * TURNS;
  const { stands, calls } = makeStands(["select", "epoll"], (name, call) =>
    makeTurn(name === "select" && third(call) ? { whole: { busyUs: 90_000 } } : {}),
  );
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  for (let block = 0; block < 3; block++) await blocks.measure();
  expect(calls.slice(-TURNS).map(({ name }) => name)).toEqual(Array(TURNS).fill("select"));
  const slices = stands[0]?.slices.filter(({ block }) => block === 3) ?? [];
  expect(slices.map(({ disturbances }) => disturbances)).toEqual([["busy-host"], []]);
  expect(slices[1]?.place).toBe(3);
});

test.each([1, 3])("a stand whose client has gone after %i turns adds no slice", async (last) => {
  const { stands } = makeStands(["epoll"], (_, call) => (call > last ? null : makeTurn()));
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  await blocks.measure();
  expect(stands[0]?.slices).toEqual([]);
});

test("no turn begins after the deadline, and a slice that it cuts short does not count", async () => {
  let late = 0;
  const { stands, calls } = makeStands(["select", "epoll"], (_, call) => {
    if (call > 1 + TURNS) late++;
    return makeTurn();
  });
  const deadlineMs = performance.now() + 60_000;
  const blocks = new Blocks(stands, 1, deadlineMs);
  await blocks.warmUp();
  await blocks.measure();
  vi.spyOn(performance, "now").mockImplementation(() => deadlineMs + (late > 4 ? 1 : -1));
  await blocks.measure();
  await blocks.measure();
  vi.restoreAllMocks();
  expect(late).toBe(5);
  expect(calls).toHaveLength(2 + 2 * TURNS + late);
  for (const { slices } of stands) expect(slices.map(({ block }) => block)).toEqual([1]);
});

test("a foreign load that is always there disturbs nothing; more than that does", () => {
  const before = Array.from({ length: 5 }, () =>
    makeSlice({ foreign: { cores: 0.4 }, stolen: { cores: 0.05 } }),
  );
  expect(judgeSlice(makeSlice({ foreign: { cores: 0.45 } }), before)).toEqual([]);
  expect(judgeSlice(makeSlice({ foreign: { cores: 0.8 } }), before)).toEqual(["busy-host"]);
  expect(judgeSlice(makeSlice({ stolen: { cores: 0.2 } }), before)).toEqual(["stolen"]);
});
