const POLL_MS = 10;

/**
 * Polls until a condition holds: tests wait for what they need, never for a guessed time.
 *
 * @param what must come true, for the sentence when it does not
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  boundMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + boundMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${boundMs} ms in vain until ${what}`);
    await pause(POLL_MS);
  }
}

/** A span of time that is itself part of a test: how long a client waits, how long a process is observed. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Polls until a number has stayed the same for a while; returns it. */
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
