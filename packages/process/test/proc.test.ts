import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import {
  childrenOf,
  countProcess,
  isAlive,
  parseCpuTimes,
  parseProcessStat,
  processesWith,
  readCpuTimes,
  readProcessStat,
  runDelaysUs,
} from "@c10k-lab/process";
import { TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

test.each(["node", "a) b (c"])("the fields of /proc/PID/stat begin after the name (%s)", (name) => {
  const fields = "S 1 1 1 0 -1 4194560 1 0 0 0 123 45 9 8 20 0 11 0 100 7000 500 18446744073709551615";
  expect(parseProcessStat(`42 (${name}) ${fields}`)).toEqual({
    parent: 1,
    userMs: 1230,
    majorFaults: 0,
    cpuMs: 1680,
    childrenCpuMs: 170,
    minorFaults: 1,
    threads: 11,
    startTicks: 100,
    rssKiB: 2000,
  });
});

test("processors are busy unless they idle or wait for a disk; guest time is not counted twice", () => {
  expect(parseCpuTimes("cpu  1 2 4 1000 2000 8 16 32 64 128\ncpu0 9 9 9\n")).toEqual({
    busyMs: 310,
    idleMs: 30_000,
    stolenMs: 320,
  });
  expect(parseCpuTimes("")).toEqual({ busyMs: 0, idleMs: 0, stolenMs: 0 });
});

test("the readers see this machine, this process and its children", async () => {
  const child = new TestProgram({ program: "sleep", args: [`60.${process.pid}`] });
  expect(readProcessStat("self")?.rssKiB).toBeGreaterThan(10_000);
  expect(readCpuTimes().busyMs).toBeGreaterThan(0);
  expect(childrenOf(process.pid)).toContain(child.pid);
  expect(processesWith(`sleep 60.${process.pid}`)).toEqual([child.pid]);
  expect(isAlive(child.pid)).toBe(true);
  child.signal("SIGKILL");
  await child.exited;
  expect([isAlive(child.pid), readProcessStat(child.pid)]).toEqual([false, null]);
});

test("a child of a process is found whichever thread has started it", async () => {
  const start = `const child = require("node:child_process").spawn("sleep", ["60"]);
    const { parentPort } = require("node:worker_threads");
    parentPort.once("message", () => child.kill("SIGKILL"));
    parentPort.postMessage(child.pid);`;
  const thread = new Worker(start, { eval: true });
  const [pid] = await once(thread, "message");
  expect(childrenOf(process.pid)).toContain(pid);
  thread.postMessage("end");
  await once(thread, "exit");
});

test("the counters of a process keep their values when it has ended", async () => {
  const child = new TestProgram({ program: "sh", args: ["-c", "kill -STOP $$"] });
  await until(() => /State:\s+T/.test(readFileSync(`/proc/${child.pid}/status`, "utf8")), "it has stopped");
  const counts = countProcess(child.pid);
  const before = { us: counts.cpuUs(), faults: counts.minorFaults() };
  expect(before.us).toBeGreaterThan(0);
  expect(before.faults).toBeGreaterThan(0);
  child.signal("SIGKILL");
  await child.exited;
  expect({ us: counts.cpuUs(), faults: counts.minorFaults() }).toEqual(before);
});

test("a thread's wait for a processor is seen while another one has it", async () => {
  const burn = { program: "taskset", args: ["-c", "0", "sh", "-c", "while :; do :; done"] };
  const burners = [new TestProgram(burn), new TestProgram(burn)];
  const [{ pid }] = burners;
  await until(() => (runDelaysUs(pid).get(pid) ?? 0) > 20_000, "it waited for its processor");
  for (const burner of burners) burner.signal("SIGKILL");
  await Promise.all(burners.map(({ exited }) => exited));
});
