import { pause } from "../timers.ts";

const POLL_MS = 10;

/**
 * Polls until a condition holds, so that a test waits for a state and not for a guessed time.
 *
 * @param what describes the condition in the error's message
 * @throws Error when the condition does not hold within `boundMs`
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  boundMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + boundMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`timed out after ${boundMs} ms waiting until ${what}`);
    await pause(POLL_MS);
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
