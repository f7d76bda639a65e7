/** Longest delay of setTimeout: beyond it Node prints a TimeoutOverflowWarning and fires after 1 ms. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/**
 * Calls `action` after `delayMs`, however long that is; never when it is infinite.
 *
 * @returns a function that cancels the call
 */
export function callAfter(delayMs: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number) => {
    const stepMs = Math.min(leftMs, DELAY_MAX_MS);
    timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : action()), stepMs);
  };
  arm(delayMs);
  return () => clearTimeout(timer);
}

/** Resolves after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    callAfter(ms, resolve);
  });
}

/**
 * Waits for a promise, at most `boundMs`.
 *
 * @param describe the message of the error when the promise is late, without the bound
 * @throws Error when the promise is late
 */
export async function within<T>(boundMs: number, promise: Promise<T>, describe: () => string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = callAfter(boundMs, () => reject(new Error(`${describe()} within ${boundMs} ms`)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
