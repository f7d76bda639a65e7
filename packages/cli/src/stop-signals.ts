export type StopSignal = "SIGINT" | "SIGTERM";

/** `npm run` passes on a Ctrl-C that the terminal has already sent to everyone: two SIGINT this close are one key. */
const ONE_KEY_MS = 200;

/**
 * Calls `stop` for SIGINT and SIGTERM, first with `isSecond` false, then, when somebody insists, with true.
 */
export function onStopSignal(stop: (signal: StopSignal, isSecond: boolean) => void): void {
  let firstMs: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const nowMs = performance.now();
      const isEcho = signal === "SIGINT" && firstMs !== undefined && nowMs - firstMs < ONE_KEY_MS;
      if (isEcho) return;
      const isSecond = firstMs !== undefined;
      firstMs ??= nowMs;
      stop(signal, isSecond);
    });
  }
}
