import type { ListeningLine } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { clientBoundMs, clientJobs } from "../src/cell-jobs.ts";
import { ProcessEngine } from "../src/engines/process/process-engine.ts";
import { type Cell, PLANS, type Plan } from "../src/plan.ts";

const PLAN = PLANS[0] as Plan;
const CELL: Cell = {
  id: "epoll-10",
  name: "epoll-10",
  variant: "epoll",
  server: "epoll",
  args: [],
  connections: 10,
  clients: 1,
  repeat: 1,
};
const WHERE = { listening: { host: "127.0.0.1", port: 4242 } as ListeningLine, processors: null };

function argsOf(cell: Partial<Cell>, plan: Partial<Plan> = {}): string[] {
  const { jobs } = clientJobs({ ...CELL, ...cell }, { ...PLAN, ...plan }, "/tmp", new ProcessEngine(), WHERE);
  return jobs.map(({ args }) => args.join(" "));
}

test("several clients share the connections, begin at one instant, and do not send the same texts", () => {
  const all = argsOf({ clients: 4 });
  const valuesOf = (option: string) => all.map((args) => new RegExp(`--${option} (\\S+)`).exec(args)?.[1]);
  expect(valuesOf("connections")).toEqual(["3", "3", "2", "2"]);
  expect(new Set(valuesOf("start-at")).size).toBe(1);
  expect(new Set(valuesOf("seed")).size).toBe(4);
  expect(new Set(valuesOf("stats")).size).toBe(4);
});

test("one client begins when it is ready; further options of the plan reach it", () => {
  const [args] = argsOf({}, { load: { rate: "500", hold: "1s..2s" } });
  expect(args).not.toContain("--start-at");
  expect(args).toContain("--rate 500 --hold 1s..2s");
});

test("a ramp and a hold are waited for", () => {
  const bound = (load: Plan["load"]) => clientBoundMs({ ...CELL, connections: 1000 }, { ...PLAN, load }, 0);
  expect(bound({ hold: "1m..5m" }) - bound({})).toBe(300_000);
  expect(bound({ "connect-rate": "100" }) - bound({})).toBe(10_000);
});
