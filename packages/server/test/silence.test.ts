import { expect, test } from "vitest";
import { CLOSE_CODE } from "../src/data-plane/close-code.ts";
import { Silence } from "../src/data-plane/silence.ts";

test("without limits no connection is silent for too long, and nobody looks", () => {
  const silence = new Silence({ idleTimeoutMs: undefined, stallTimeoutMs: 0 });
  silence.notePending(1);
  expect(silence.intervalMs).toBe(Number.POSITIVE_INFINITY);
  expect(silence.isDue(1e12)).toBe(false);
  expect(silence.judge(0, true, 1e12)).toBeLessThan(0);
});

test("a stall limit alone costs no look while every echo is read", () => {
  const silence = new Silence({ idleTimeoutMs: undefined, stallTimeoutMs: 4000 });
  expect(silence.intervalMs).toBe(Number.POSITIVE_INFINITY);
  silence.notePending(1);
  expect(silence.intervalMs).toBe(500);
  expect(silence.isDue(1e6)).toBe(true);
  expect(silence.isDue(1.4e6)).toBe(false);
  expect(silence.isDue(1.5e6)).toBe(true);
  silence.notePending(-1);
  expect(silence.intervalMs).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  { idleTimeoutMs: 1000, stallTimeoutMs: 3000, stalledAfterMs: 1000 },
  { idleTimeoutMs: 3000, stallTimeoutMs: 1000, stalledAfterMs: 1000 },
  { idleTimeoutMs: 3000, stallTimeoutMs: 0, stalledAfterMs: 3000 },
])(
  "with $idleTimeoutMs ms idle and $stallTimeoutMs ms stalled the shorter one bounds a pending echo",
  (limits) => {
    const silence = new Silence(limits);
    const idleUs = limits.idleTimeoutMs * 1000;
    const stalledUs = limits.stalledAfterMs * 1000;
    expect(silence.judge(0, false, idleUs - 1)).toBeLessThan(0);
    expect(silence.judge(0, false, idleUs)).toBe(CLOSE_CODE["idle-timeout"]);
    expect(silence.judge(0, true, stalledUs - 1)).toBeLessThan(0);
    expect(silence.judge(0, true, stalledUs)).toBe(CLOSE_CODE.stalled);
  },
);
