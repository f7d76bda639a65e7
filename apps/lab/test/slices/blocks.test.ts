import type { Slice } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { Blocks } from "../../src/slices/blocks.ts";
import { judgeSlice } from "../../src/slices/disturbances.ts";
import type { SliceTimes, Stand } from "../../src/slices/stand.ts";
import { makeSlice } from "../fixtures/slices.ts";

interface Call {
  readonly name: string;
  readonly place: Pick<Slice, "block" | "place">;
  readonly times: SliceTimes;
}

/** Returns stands whose slices are made up. */
function makeStands(names: readonly string[], answer: (name: string, call: number) => Slice | null) {
  const calls: Call[] = [];
  const stands = names.map((name) => {
    const slices: Slice[] = [];
    const measure = async (place: Call["place"], times: SliceTimes) => {
      calls.push({ name, place, times });
      const slice = answer(name, calls.filter((call) => call.name === name).length);
      return slice === null ? null : { ...slice, ...place };
    };
    return { cell: { load: {}, connections: 1000 }, slices, pids: [], measure } as unknown as Stand;
  });
  return { stands, calls };
}

test("a block has one slice of each stand, and the order changes from block to block", async () => {
  const { stands, calls } = makeStands(["threaded", "select", "epoll"], () => makeSlice());
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  for (let block = 0; block < 8; block++) await blocks.measure();
  const orders = Array.from({ length: 8 }, (_, block) =>
    calls.filter(({ place }) => place.block === block + 1).map(({ name }) => name),
  );
  for (const order of orders) expect(order.toSorted()).toEqual(["epoll", "select", "threaded"]);
  expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(2);
  for (const { slices } of stands) expect(slices.map(({ block }) => block)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("the warm-up counts for nothing but the length of the slices: six messages on each connection", async () => {
  const { stands, calls } = makeStands(["epoll"], () => makeSlice({ messagesPerSecond: 10_000 }));
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  expect(stands[0]?.slices).toEqual([]);
  await blocks.measure();
  // 1,000 connections at 10,000 messages per second take 100 ms for one message each.
  expect(calls.at(-1)?.times).toEqual({ settleMs: 100, durationMs: 600 });
  expect(blocks.blockMs).toBe(700);
});

test("a disturbed slice is kept as such and measured once more at the end of its block", async () => {
  const { stands, calls } = makeStands(["select", "epoll"], (name, call) =>
    makeSlice({ foreign: { cores: name === "select" && call === 4 ? 0.9 : 0.02 } }),
  );
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  for (let block = 0; block < 3; block++) await blocks.measure();
  expect(calls.filter(({ name, place }) => name === "select" && place.block === 3)).toHaveLength(2);
  const third = stands[0]?.slices.filter(({ block }) => block === 3) ?? [];
  expect(third.map(({ disturbances }) => disturbances)).toEqual([["busy-host"], []]);
  expect(third[1]?.place).toBe(3);
});

test("a stand whose client has gone adds no slice", async () => {
  const { stands } = makeStands(["epoll"], () => null);
  const blocks = new Blocks(stands, 1);
  await blocks.warmUp();
  await blocks.measure();
  expect(stands[0]?.slices).toEqual([]);
});

test("a foreign load that is always there disturbs nothing; more than that does", () => {
  const before = Array.from({ length: 5 }, () =>
    makeSlice({ foreign: { cores: 0.4 }, stolen: { cores: 0.05 } }),
  );
  expect(judgeSlice(makeSlice({ foreign: { cores: 0.45 } }), before)).toEqual([]);
  expect(judgeSlice(makeSlice({ foreign: { cores: 0.8 } }), before)).toEqual(["busy-host"]);
  expect(judgeSlice(makeSlice({ stolen: { cores: 0.2 } }), before)).toEqual(["stolen"]);
});
