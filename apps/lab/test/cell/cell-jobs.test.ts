import type { ListeningLine } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { clientBoundMs, clientJobs, serverJobs } from "../../src/cell/cell-jobs.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import type { Cell } from "../../src/plan/cells.ts";
import { loadOf } from "../fixtures/load.ts";

const CELL: Cell = {
  id: "epoll-10",
  name: "epoll-10",
  variant: "epoll",
  group: null,
  server: "epoll",
  foreign: null,
  options: {},
  axis: "connections",
  axisValue: 10,
  load: loadOf({ duration: "1s" }),
  connections: 10,
  clients: 1,
  servers: 1,
  repetition: 1,
  cutoffMs: null,
};
const listening = (port: number) => ({ host: "127.0.0.1", port }) as ListeningLine;

function argsOf(cell: Partial<Cell>, ports = [4242]): string[] {
  const where = { listening: ports.map(listening), processors: null, controls: [] };
  const { jobs } = clientJobs({ ...CELL, ...cell }, "/tmp", new ProcessEngine(), where);
  return jobs.map(({ args }) => args.join(" "));
}

function valuesOf(all: readonly string[], option: string): (string | undefined)[] {
  return all.map((args) => new RegExp(`--${option} (\\S+)`).exec(args)?.[1]);
}

test("several clients share the connections, begin at one instant, and send different texts", () => {
  const all = argsOf({ clients: 4 });
  expect(valuesOf(all, "connections")).toEqual(["3", "3", "2", "2"]);
  expect(new Set(valuesOf(all, "start-at")).size).toBe(1);
  expect(new Set(valuesOf(all, "seed")).size).toBe(4);
  expect(new Set(valuesOf(all, "stats")).size).toBe(4);
});

test("a rate and a connect-rate are divided among the clients; a percentage and a time are not", () => {
  const load = loadOf({ rate: "1000", "connect-rate": "50", active: "20%", hold: "3s" });
  const all = argsOf({ clients: 3, load });
  expect(valuesOf(all, "rate")).toEqual(["334", "333", "333"]);
  expect(valuesOf(all, "connect-rate")).toEqual(["17", "17", "16"]);
  expect(valuesOf(all, "active")).toEqual(["20%", "20%", "20%"]);
  expect(valuesOf(all, "hold")).toEqual(["3s", "3s", "3s"]);
});

test("a number of active connections is divided among the clients as well", () => {
  expect(valuesOf(argsOf({ clients: 4, load: loadOf({ active: "10" }) }), "active")).toEqual([
    "3",
    "3",
    "2",
    "2",
  ]);
});

test("several servers each have their own clients", () => {
  const all = argsOf({ clients: 4, servers: 2 }, [1111, 2222]);
  expect(valuesOf(all, "port")).toEqual(["1111", "2222", "1111", "2222"]);
  const names = serverJobs({ ...CELL, servers: 2 }, "/tmp", new ProcessEngine(), null).map((job) => job.name);
  expect(names).toEqual(["server-1", "server-2"]);
});

test("a single client begins when it is ready and gets the options of the plan, flags without a value", () => {
  const [args] = argsOf({ load: loadOf({ repeat: "500", hold: "1s..2s", "no-barrier": "true" }) });
  expect(args).not.toContain("--start-at");
  expect(args).toContain("--repeat 500 --hold 1s..2s --no-barrier --stats");
});

test("the lab waits for the ramp, the hold and the duration of a load", () => {
  const bound = (load: Record<string, string>) =>
    clientBoundMs({ ...CELL, connections: 1000, load: loadOf(load) }, 0);
  expect(bound({ hold: "1m..5m" }) - bound({})).toBe(300_000);
  expect(bound({ "connect-rate": "100" }) - bound({})).toBe(10_000);
  expect(bound({ duration: "7s" }) - bound({})).toBe(7000);
});
