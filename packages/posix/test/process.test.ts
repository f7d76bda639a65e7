import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  allowedProcessors,
  fileDescriptorLimit,
  monotonicUs,
  pinTo,
  posix,
  processLimit,
  runWhenIdle,
} from "../src/index.ts";

test("the limit of descriptors can be read, lowered and restored", () => {
  const limits = new Float64Array(2);
  expect(posix.getrlimit(posix.RLIMIT_NOFILE, limits)).toBe(0);
  const [soft = 0, hard = 0] = limits;
  expect(soft).toBeLessThanOrEqual(hard);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, soft - 1, hard)).toBe(0);
  expect(fileDescriptorLimit()).toBe(soft - 1);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, soft, hard)).toBe(0);
  expect(fileDescriptorLimit()).toBe(soft);
});

test("processLimit returns the soft RLIMIT_NPROC", () => {
  const limits = new Float64Array(2);
  expect(posix.getrlimit(posix.RLIMIT_NPROC, limits)).toBe(0);
  expect(processLimit()).toBe(limits[0]);
});

test("setrlimit and getrlimit return error numbers for invalid limits", () => {
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, 2, 1)).toBe(-posix.EINVAL);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, Number.NaN, 1)).toBe(-posix.EINVAL);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, -1, 1)).toBe(-posix.EINVAL);
  expect(posix.getrlimit(posix.RLIMIT_NOFILE, new Float64Array(1))).toBe(-posix.EFAULT);
  expect(posix.getrlimit(9999, new Float64Array(2))).toBe(-posix.EINVAL);
});

test("pinTo restricts a thread to one processor and releases it again", () => {
  const before = allowedProcessors();
  const [first] = before;
  if (first === undefined) throw new Error("there is no processor");
  pinTo([first]);
  expect(allowedProcessors()).toEqual([first]);
  pinTo(before);
  expect(allowedProcessors()).toEqual(before);
  expect(() => pinTo([])).toThrow(/sched_setaffinity/);
});

test("monotonicUs returns the kernel's monotonic clock in microseconds and never goes back", () => {
  const before = Number(process.hrtime.bigint() / 1000n);
  let last = monotonicUs();
  expect(last).toBeGreaterThanOrEqual(before);
  for (let at = 0; at < 1000; at++) {
    const now = monotonicUs();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect(last).toBeLessThanOrEqual(Number(process.hrtime.bigint() / 1000n) + 1);
});

test("runWhenIdle gives a thread the policy for idle processors", () => {
  const code = `
    import { runWhenIdle } from "@c10k-lab/posix";
    import { readFileSync } from "node:fs";
    const policy = () => readFileSync("/proc/thread-self/stat", "utf8").split(") ")[1].split(" ")[38];
    const before = policy();
    runWhenIdle(0);
    console.log(before, policy());`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(run.stdout).toBe("0 5\n"); // SCHED_OTHER, SCHED_IDLE
  expect(() => runWhenIdle(2 ** 30)).toThrow(/sched_setscheduler/);
});
