import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outcome, startBench } from "./programs.ts";

const TINY = ["--rounds", "1", "--duration", "300ms", "--connections", "5", "--servers", "epoll"];

test("a tiny bench prints a table, a line of progress and the pairs", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "pairs.json");
  const { code, stdout, stderr } = await outcome(startBench([...TINY, "--json", file]));
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^\[1\/1\] epoll +5 connections: rate × \d/)]);
  expect(stdout).toMatch(/│ epoll +│ +5 │ +1 │/);
  expect(stdout).toContain("TypeScript/C");
  const { cells } = JSON.parse(readFileSync(file, "utf8"));
  expect(cells).toHaveLength(1);
  expect(cells[0].pairs[0].first.messagesPerSecond).toBeGreaterThan(0);
});

test("--against compares two checkouts", async () => {
  const { code, stdout } = await outcome(
    startBench([...TINY, "--against", join(import.meta.dirname, "../../..")]),
  );
  expect(code).toBe(0);
  expect(stdout).toContain("this/other");
});

test("--clients compares two clients on one server", async () => {
  const { code, stdout, stderr } = await outcome(startBench([...TINY, "--clients", "--think", "5ms..15ms"]));
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^\[1\/1\] epoll +5 connections: rate × \d.*p99/),
  ]);
  expect(stdout).toMatch(/│ epoll +│ +5 │ +1 │ messages\/s +│/);
  expect(stdout).toMatch(/│ client's core % +│/);
});

test("--clients alone judges both by a server whose response time is known", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "pairs.json");
  const { code, stdout, stderr } = await outcome(
    startBench([..."--clients --rounds 1 --duration 300ms --connections 20 --json".split(" "), file]),
  );
  expect(stderr).toMatch(/^\[1\/1\] delay 10\.\.100 ms +20 connections: rate × \d/);
  expect(stdout).toMatch(/│ p99 µs +│ +[\d,]+ │ +[\d,]+ │ +99,100 │/);
  const agrees = stdout.trimEnd().split("\n").at(-1)?.startsWith("All medians agree within 5 %.");
  expect(code).toBe(agrees ? 0 : 1);
  const { cells, truth } = JSON.parse(readFileSync(file, "utf8"));
  expect(truth).toEqual({ p50Us: 55_000, p90Us: 91_000, p99Us: 99_100 });
  const { first, second } = cells[0].pairs[0];
  for (const { p50Us, p99Us } of [first, second]) {
    expect(p50Us).toBeGreaterThan(10_000);
    expect(p99Us).toBeGreaterThan(p50Us);
  }
});

test.each([
  [["--clients", "--against", "."], "--against and --clients exclude each other"],
  [["--think", "5ms"], "--think goes with --clients"],
  [["--against", "/nowhere"], "there is no /nowhere/apps/server-threaded/src/main.ts"],
  [["--connections", "10,none"], "'none' is not a whole number"],
  [["--connections", "0"], "0 is not a number of connections"],
  [["--servers", "poll"], "'poll' is not one of"],
])("%j is a mistake, said in one sentence", async (args, sentence) => {
  const { code, stdout, stderr } = await outcome(startBench(["--rounds", "1", ...args]));
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("Ctrl-C ends the run and its children", async () => {
  const bench = startBench(["--servers", "threaded", "--connections", "5", "--duration", "20s"]);
  const ended = outcome(bench);
  await once(bench, "spawn");
  await until(() => childrenOf(bench.pid as number).length === 2);
  const children = childrenOf(bench.pid as number);
  bench.kill("SIGINT");
  expect((await ended).code).toBe(130);
  expect(children.filter(isAlive)).toEqual([]);
});

function childrenOf(pid: number): string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return readFileSync(path, "utf8").split(" ").filter(Boolean);
}

function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
