import { pause } from "../timers.ts";

/** Pause between two looks: it grows with the time waited, because a look at a server costs it CPU time. */
const POLL_MS = { least: 10, most: 50, share: 0.05 };

/**
 * Polls until a condition holds, so that a test waits for a state and not for a guessed time.
 *
 * @param what describes the condition in the error's message
 * @throws Error when the condition does not hold within `boundMs`
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  boundMs = 20_000,
): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - start;
    if (waitedMs > boundMs) throw new Error(`timed out after ${boundMs} ms waiting until ${what}`);
    await pause(Math.min(POLL_MS.most, Math.max(POLL_MS.least, waitedMs * POLL_MS.share)));
  }
}

/** Polls until a number has stayed the same for `stableMs`; returns it. */
export async function untilStable(read: () => number | Promise<number>, stableMs = 400): Promise<number> {
  let value = await read();
  let since = performance.now();
  await until(async () => {
    const now = await read();
    if (now !== value) {
      value = now;
      since = performance.now();
    }
    return performance.now() - since >= stableMs;
  }, "a number no longer changes");
  return value;
}
