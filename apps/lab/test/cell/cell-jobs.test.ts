import type { ListeningLine } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { clientBoundMs, clientJobs, serverJobs } from "../../src/cell/cell-jobs.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import type { Cell } from "../../src/plan/cells.ts";

const CELL: Cell = {
  id: "epoll-10",
  name: "epoll-10",
  variant: "epoll",
  group: null,
  server: "epoll",
  args: [],
  axis: "connections",
  x: 10,
  load: { duration: "1s" },
  connections: 10,
  clients: 1,
  servers: 1,
  repeat: 1,
  cutoffMs: null,
};
const listening = (port: number) => ({ host: "127.0.0.1", port }) as ListeningLine;

function argsOf(cell: Partial<Cell>, ports = [4242]): string[] {
  const where = { listening: ports.map(listening), processors: null };
  const { jobs } = clientJobs({ ...CELL, ...cell }, "/tmp", new ProcessEngine(), where);
  return jobs.map(({ args }) => args.join(" "));
}

function valuesOf(all: readonly string[], option: string): (string | undefined)[] {
  return all.map((args) => new RegExp(`--${option} (\\S+)`).exec(args)?.[1]);
}

test("several clients share the connections, begin at one instant, and do not send the same texts", () => {
  const all = argsOf({ clients: 4 });
  expect(valuesOf(all, "connections")).toEqual(["3", "3", "2", "2"]);
  expect(new Set(valuesOf(all, "start-at")).size).toBe(1);
  expect(new Set(valuesOf(all, "seed")).size).toBe(4);
  expect(new Set(valuesOf(all, "stats")).size).toBe(4);
});

test("what is meant of all connections together is divided among the clients", () => {
  const all = argsOf({ clients: 3, load: { rate: "1000", "connect-rate": "50", active: "20%", hold: "3s" } });
  expect(valuesOf(all, "rate")).toEqual(["334", "333", "333"]);
  expect(valuesOf(all, "connect-rate")).toEqual(["17", "17", "16"]);
  expect(valuesOf(all, "active")).toEqual(["20%", "20%", "20%"]);
  expect(valuesOf(all, "hold")).toEqual(["3s", "3s", "3s"]);
});

test("of several servers each has clients of its own", () => {
  const all = argsOf({ clients: 4, servers: 2 }, [1111, 2222]);
  expect(valuesOf(all, "port")).toEqual(["1111", "2222", "1111", "2222"]);
  const names = serverJobs({ ...CELL, servers: 2 }, "/tmp", new ProcessEngine(), null).map((job) => job.name);
  expect(names).toEqual(["server-1", "server-2"]);
});

test("one client begins when it is ready; further options of the plan reach it, flags without a value", () => {
  const [args] = argsOf({ load: { rate: "500", hold: "1s..2s", "no-barrier": true } });
  expect(args).not.toContain("--start-at");
  expect(args).toContain("--rate 500 --hold 1s..2s --no-barrier --stats");
});

test("a ramp, a hold and a duration are waited for", () => {
  const bound = (load: Cell["load"]) => clientBoundMs({ ...CELL, connections: 1000, load }, 0);
  expect(bound({ hold: "1m..5m" }) - bound({})).toBe(300_000);
  expect(bound({ "connect-rate": "100" }) - bound({})).toBe(10_000);
  expect(bound({ duration: "7s" }) - bound({})).toBe(7000);
});
