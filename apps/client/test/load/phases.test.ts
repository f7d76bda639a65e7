import { expect, test } from "vitest";
import { Connector } from "../../src/load/connector.ts";
import {
  Phases,
  REPORT_PARKED,
  START_CONNECTS,
  START_LAST_PROOFS,
  START_MESSAGES,
  START_NOTHING,
  START_PROOFS,
} from "../../src/load/phases.ts";
import type { Workload } from "../../src/workload/workload.ts";
import { openContext, ScriptedSocket } from "../connection/scripted-socket.ts";

const SOON_US = 1e15;

function open(options: Partial<Workload>) {
  const context = openContext(new ScriptedSocket([]), options);
  const connector = new Connector(context.workload);
  return { context, connector, phases: new Phases(context, connector) };
}

function connectAll(connector: Connector): void {
  for (let left = connector.launch(1); left > 0; left--) connector.settle();
}

test("with a barrier all connect first, then a bounded number begins in each turn", () => {
  const { context, connector, phases } = open({ connections: 100, active: 100 });
  expect(phases.decide(1)).toBe(START_CONNECTS);
  expect(context.begunUs).toBe(0);
  connectAll(connector);
  connectAll(connector);
  expect(phases.untilNextUs(2)).toBe(0);
  expect(phases.decide(2)).toBe(START_MESSAGES);
  expect([phases.from, phases.to]).toEqual([0, 64]);
  expect(context.begunUs).toBeGreaterThan(0);
  expect(phases.untilNextUs(3)).toBe(0);
  phases.decide(3);
  expect([phases.from, phases.to]).toEqual([64, 100]);
  expect(phases.untilNextUs(4)).toBe(Number.POSITIVE_INFINITY);
  phases.decide(4);
  expect([phases.from, phases.to]).toEqual([100, 100]);
});

test("without a barrier connecting goes on until the work is done", () => {
  const { context, phases } = open({ connections: 2, active: 2, barrier: false });
  expect(phases.decide(1)).toBe(START_CONNECTS);
  expect(context.begunUs).toBeGreaterThan(0);
  context.working = 0;
  expect(phases.decide(2)).toBe(START_NOTHING);
  expect(context.endedUs).toBeGreaterThan(0);
});

test("idle connections are proved before the messages and after them", () => {
  const { context, connector, phases } = open({ connections: 4, active: 1 });
  connectAll(connector);
  expect(phases.decide(1)).toBe(START_PROOFS);
  context.proving = 3;
  expect(phases.decide(2)).toBe(START_PROOFS);
  expect(phases.untilNextUs(2)).toBe(Number.POSITIVE_INFINITY);
  context.proving = 0;
  expect(phases.decide(3)).toBe(START_MESSAGES);
  context.working = 0;
  expect(phases.decide(4)).toBe(START_LAST_PROOFS);
  expect([phases.from, phases.to]).toEqual([0, 4]);
  expect(phases.decide(5)).toBe(START_NOTHING);
});

test("messages do not begin before the moment that was asked for", () => {
  const { context, connector, phases } = open({ startAtMs: Date.now() + 60_000 });
  connectAll(connector);
  expect(phases.decide(1)).toBe(START_NOTHING);
  expect(phases.untilNextUs(1)).toBeGreaterThan(59_000_000);
  expect(context.startLagMs).toBeNull();
  expect(phases.decide(SOON_US)).toBe(START_MESSAGES);
  expect(context.startLagMs).not.toBeNull();
});

test("a gated load says once that it is ready, and begins at the lab's word", () => {
  const { context, connector, phases } = open({ isGated: true });
  connectAll(connector);
  expect(phases.decide(1)).toBe(REPORT_PARKED);
  expect(phases.decide(2)).toBe(START_NOTHING);
  expect(phases.untilNextUs(2)).toBe(Number.POSITIVE_INFINITY);
  expect(context.begunUs).toBe(0);
  context.gate?.exchange();
  expect(phases.untilNextUs(3)).toBe(0);
  expect(phases.decide(3)).toBe(START_MESSAGES);
  context.working = 0;
  expect(phases.decide(4)).toBe(START_NOTHING);
});

test.each([1, 2])(
  "a directed load that was told to exchange and to park within one turn says that it is parked, round %i",
  (rounds) => {
    const { context, connector, phases } = open({ isDirected: true });
    connectAll(connector);
    expect(phases.decide(1)).toBe(REPORT_PARKED);
    for (let round = 0; round < rounds; round++) {
      expect(phases.decide(2)).toBe(START_NOTHING);
      context.orders?.exchange();
      context.orders?.park();
      expect(phases.untilNextUs(3)).toBe(0);
      context.working = 0;
      expect(phases.decide(3)).toBe(REPORT_PARKED);
    }
    context.orders?.exchange();
    expect(phases.decide(4)).toBe(START_MESSAGES);
  },
);

test("a second order to exchange changes nothing: the load parks once", () => {
  const { context, connector, phases } = open({ isDirected: true });
  connectAll(connector);
  expect(phases.decide(1)).toBe(REPORT_PARKED);
  context.orders?.exchange();
  expect(phases.decide(2)).toBe(START_MESSAGES);
  context.orders?.exchange();
  context.orders?.park();
  context.working = 0;
  expect(phases.decide(3)).toBe(REPORT_PARKED);
  expect(phases.decide(4)).toBe(START_NOTHING);
  expect(phases.untilNextUs(4)).toBe(Number.POSITIVE_INFINITY);
});

test("an interrupted run starts nothing more", () => {
  const { context, connector, phases } = open({});
  connectAll(connector);
  phases.decide(1);
  phases.stop();
  expect(context.endedUs).toBeGreaterThan(0);
  expect(phases.decide(2)).toBe(START_NOTHING);
  expect(phases.untilNextUs(2)).toBe(Number.POSITIVE_INFINITY);
});
