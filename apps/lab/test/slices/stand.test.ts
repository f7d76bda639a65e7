import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { ProcessCounts } from "@c10k-lab/process";
import type { ControlAnswer } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import type { Service } from "../../src/engines/engine.ts";
import type { Cell } from "../../src/plan/cells.ts";
import { Stand } from "../../src/slices/stand.ts";

/** Messages, and CPU time of the server in µs, when an order has been carried out. */
const COUNTS: Record<string, { messages: number; serverUs: number }> = {
  exchange: { messages: 103, serverUs: 30 },
  "begin-slice": { messages: 300, serverUs: 2000 },
  "end-slice": { messages: 700, serverUs: 6000 },
  park: { messages: 1100, serverUs: 10_000 },
};

test("the server's clock is read around the steady part, all else before the first and after the last message", async () => {
  const events: string[] = [];
  let serverUs = 0;
  const counts: ProcessCounts = {
    pids: [],
    refresh() {},
    minorFaults: () => 0,
    cpuUs() {
      events.push("server clock");
      return serverUs;
    },
  };
  const service = { processes: counts, exited: new Promise(() => {}), nextLine: () => new Promise(() => {}) };
  const cell = { clients: 1, connections: 100, load: { rate: null } } as unknown as Cell;
  const stand = new Stand(cell, null, null);
  const [address = ""] = await stand.listen();
  const client = connect(Number(address.split(":")[1]), "127.0.0.1");
  const answer = (order: string, messages: number) =>
    client.write(`${JSON.stringify({ ...ANSWER, order, messages })}\n`);
  answer("connect", 100);
  createInterface(client).on("line", (line) => {
    const [order = ""] = line.split(" ");
    events.push(order);
    const count = COUNTS[order];
    if (count === undefined) return;
    ({ serverUs } = count);
    answer(order, count.messages);
  });
  const held = stand.hold([service as unknown as Service], []);
  expect(await stand.isUp).toBe(true);
  const turn = await stand.measure({ settleMs: 1, durationMs: 1 }, []);
  // An order is on its way while the clock is read.
  const [clock, ...orders] = ["server clock", "exchange", "begin-slice", "end-slice", "park"];
  expect(events.filter((event) => event !== clock)).toEqual(orders);
  expect(events.slice(0, 3)).toEqual([clock, "exchange", clock]);
  expect(events.slice(-4)).toEqual([clock, "end-slice", "park", clock]);
  expect(turn).toMatchObject({
    steady: { serverUs: 1970, messages: 400 },
    whole: { serverUs: 10_000, messages: 1000 },
  });
  stand.release();
  await Promise.all([held, once(client, "close")]);
});

const ANSWER: Omit<ControlAnswer, "order" | "messages"> = {
  ...{ atUs: 1, open: 100, errors: 0, cpuUs: 0 },
  ...{ histograms: null, due: null, memory: null },
};
