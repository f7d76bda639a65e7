import { callAfter, within } from "@c10k-lab/process";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const DAY_MS = 86_400_000;

describe("callAfter", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([1, 1000, 2 ** 31 - 1, 2 ** 31, 60 * DAY_MS])(
    "calls once after %d ms and not before",
    (delayMs) => {
      const action = vi.fn();
      callAfter(delayMs, action);
      vi.advanceTimersByTime(delayMs - 1);
      expect(action).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(action).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(30 * DAY_MS);
      expect(action).toHaveBeenCalledOnce();
    },
  );

  test.each([1000, 60 * DAY_MS])("never calls when it is cancelled before %d ms", (delayMs) => {
    const action = vi.fn();
    const cancel = callAfter(delayMs, action);
    vi.advanceTimersByTime(delayMs - 1);
    cancel();
    vi.advanceTimersByTime(delayMs);
    expect(action).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("never calls after an infinite time", () => {
    const action = vi.fn();
    callAfter(Number.POSITIVE_INFINITY, action);
    vi.advanceTimersByTime(100 * DAY_MS);
    expect(action).not.toHaveBeenCalled();
  });
});

test("a delay beyond 2^31 ms does not fire at once with the real timers", async () => {
  const action = vi.fn();
  const cancel = callAfter(2 ** 31, action);
  await new Promise((resolve) => setTimeout(resolve, 50));
  cancel();
  expect(action).not.toHaveBeenCalled();
});

test("within returns the value, the promise's own error, or an error of its own when it is late", async () => {
  const late = () => "no answer";
  expect(await within(1000, Promise.resolve(7), late)).toBe(7);
  await expect(within(1000, Promise.reject(new Error("refused")), late)).rejects.toThrow("refused");
  await expect(within(10, new Promise(() => {}), late)).rejects.toThrow("no answer within 10 ms");
});
