import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childrenOf, isAlive } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { startBench } from "./programs.ts";

const TINY = ["--rounds", "1", "--duration", "300ms", "--connections", "5", "--servers", "epoll"];

test("bench prints a table and a line of progress, and writes the pairs", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "pairs.json");
  const { code, stdout, stderr } = await startBench([...TINY, "--json", file]).outcome();
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^\[1\/1\] epoll +5 connections: rate × \d/)]);
  expect(stdout).toMatch(/│ epoll +│ +5 │ +1 │/);
  expect(stdout).toContain("TypeScript/C");
  const { cells } = JSON.parse(readFileSync(file, "utf8"));
  expect(cells).toHaveLength(1);
  expect(cells[0].pairs[0].first.messagesPerSecond).toBeGreaterThan(0);
});

test("--active leaves connections idle, and server-uring is compared with two twins", async () => {
  const args = ["--rounds", "1", "--duration", "300ms", "--connections", "20", "--servers", "uring"];
  const { code, stdout } = await startBench([...args, "--active", "5"]).outcome();
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ uring, C epoll +│ 20 \(5 active\) │ +1 │/);
  expect(stdout).toMatch(/│ uring +│ 20 \(5 active\) │ +1 │/);
});

test("--against compares two checkouts", async () => {
  const { code, stdout } = await startBench([
    ...[...TINY, "--against", join(import.meta.dirname, "../../..")],
  ]).outcome();
  expect(code).toBe(0);
  expect(stdout).toContain("this/other");
});

test("--clients compares two clients on one server", async () => {
  const { code, stdout, stderr } = await startBench([...TINY, "--clients", "--think", "5ms..15ms"]).outcome();
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^\[1\/1\] epoll +5 connections: rate × \d.*p99/),
  ]);
  expect(stdout).toMatch(/│ epoll +│ +5 │ +1 │ messages\/s +│/);
  expect(stdout).toMatch(/│ client's core % +│/);
});

test("--clients alone judges both clients by known response times", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "pairs.json");
  const { code, stdout, stderr } = await startBench([
    ...["--clients", "--rounds", "1", "--duration", "300ms", "--connections", "20", "--json", file],
  ]).outcome();
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
  [["--quick"], "--quick goes with --table"],
  [["--table", "--connections", "5"], "--connections and --table exclude each other"],
  [["--real"], "--real goes with --truth"],
  [["--against", "/nowhere"], "there is no /nowhere/apps/server-threaded/src/main.ts"],
  [["--connections", "10,none"], "'none' is not a whole number"],
  [["--connections", "0"], "0 is not a number of connections"],
  [["--servers", "pool"], "'pool' is not one of"],
])("bench refuses %j in one sentence", async (args, sentence) => {
  const { code, stdout, stderr } = await startBench(["--rounds", "1", ...args]).outcome();
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("SIGINT ends bench and its children", async () => {
  const bench = startBench(["--servers", "threaded", "--connections", "5", "--duration", "20s"]);
  await until(() => childrenOf(bench.pid).length === 2, "a server and a client run");
  const children = childrenOf(bench.pid);
  bench.signal("SIGINT");
  expect(await bench.exited).toBe(130);
  expect(children.filter(isAlive)).toEqual([]);
});
