import { expect, test } from "vitest";
import { Connector } from "../../src/load/connector.ts";
import { CONNECTS_IN_FLIGHT, STARTS_PER_TURN } from "../../src/measure/limits.ts";
import { OUTCOME } from "../../src/measure/outcome.ts";
import type { Workload } from "../../src/workload/workload.ts";
import { openContext, ScriptedSocket } from "../connection/scripted-socket.ts";

function open(options: Partial<Workload>): Connector {
  return new Connector(openContext(new ScriptedSocket([]), options).workload);
}

test("without a rate each turn launches a bounded number of connections, up to the limit in flight", () => {
  const connector = open({ connections: 1000 });
  const launched = Array.from({ length: 6 }, () => connector.launch(1));
  expect(launched.slice(0, 4)).toEqual(Array(4).fill(STARTS_PER_TURN));
  expect(connector.launched).toBe(CONNECTS_IN_FLIGHT);
  expect(connector.untilNextUs).toBe(Number.POSITIVE_INFINITY);
  connector.settle();
  expect(connector.untilNextUs).toBe(0);
  expect(connector.launch(1)).toBe(1);
});

test("with a rate connections are launched when they are due", () => {
  const connector = open({ connections: 10, connectRate: 100 });
  expect(connector.launch(1_000_000)).toBe(1);
  expect(connector.untilNextUs).toBe(10_000);
  expect(connector.launch(1_000_000)).toBe(0);
  expect(connector.launch(1_030_000)).toBe(3);
  expect(connector.launch(9_000_000)).toBe(6);
});

test("the connector is finished when all connections are launched and each is established or has failed", () => {
  const connector = open({ connections: 2 });
  connector.launch(1);
  connector.settle();
  expect(connector.isFinished).toBe(false);
  connector.settle();
  expect(connector.isFinished).toBe(true);
});

test("an absent server is tried again until the time to wait for it is over, any other failure never", () => {
  const connector = open({ connections: 1, waitForServerMs: 1000 });
  connector.launch(1000);
  expect(connector.retryUs(OUTCOME.refused, 500_000)).toBe(600_000);
  expect(connector.retryUs(OUTCOME["self-connect"], 500_000)).toBe(600_000);
  expect(connector.retryUs(OUTCOME.refused, 1_001_000)).toBe(Number.POSITIVE_INFINITY);
  expect(connector.retryUs(OUTCOME.unreachable, 500_000)).toBe(Number.POSITIVE_INFINITY);
});
