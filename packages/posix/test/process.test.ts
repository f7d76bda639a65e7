import { expect, test } from "vitest";
import {
  allowedProcessors,
  fileDescriptorLimit,
  monotonicUs,
  pinTo,
  posix,
  processLimit,
} from "../src/index.ts";

test("the limit of descriptors is read, lowered and put back", () => {
  const limits = new Float64Array(2);
  expect(posix.getrlimit(posix.RLIMIT_NOFILE, limits)).toBe(0);
  const [soft = 0, hard = 0] = limits;
  expect(soft).toBeLessThanOrEqual(hard);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, soft - 1, hard)).toBe(0);
  expect(fileDescriptorLimit()).toBe(soft - 1);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, soft, hard)).toBe(0);
  expect(fileDescriptorLimit()).toBe(soft);
});

test("the limit of a user's threads is the soft one", () => {
  const limits = new Float64Array(2);
  expect(posix.getrlimit(posix.RLIMIT_NPROC, limits)).toBe(0);
  expect(processLimit()).toBe(limits[0]);
});

test("a limit that makes no sense is an error number", () => {
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, 2, 1)).toBe(-posix.EINVAL);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, Number.NaN, 1)).toBe(-posix.EINVAL);
  expect(posix.setrlimit(posix.RLIMIT_NOFILE, -1, 1)).toBe(-posix.EINVAL);
  expect(posix.getrlimit(posix.RLIMIT_NOFILE, new Float64Array(1))).toBe(-posix.EFAULT);
  expect(posix.getrlimit(9999, new Float64Array(2))).toBe(-posix.EINVAL);
});

test("a thread is pinned to one processor and let go again", () => {
  const before = allowedProcessors();
  const [first] = before;
  if (first === undefined) throw new Error("there is no processor");
  pinTo([first]);
  expect(allowedProcessors()).toEqual([first]);
  pinTo(before);
  expect(allowedProcessors()).toEqual(before);
  expect(() => pinTo([])).toThrow(/sched_setaffinity/);
});

test("the monotonic clock is the kernel's, in microseconds, and does not go back", () => {
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
