import { readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Bits of the open flags that hold the access mode; 1 is O_WRONLY. */
const ACCESS_MODE = 3;

/** `npm run` passes on a Ctrl-C that the terminal has already sent to everyone: two SIGINT this close are one key. */
const ONE_KEY_MS = 200;

/**
 * Calls `stop` for SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGXCPU, first with `isSecond` false, then, when somebody insists,
 * with true. SIGHUP is ignored under nohup(1).
 */
export function onStopSignal(stop: (signal: StopSignal, isSecond: boolean) => void): void {
  let firstMs: number | undefined;
  for (const signal of STOP_SIGNALS) {
    if (signal === "SIGHUP" && isUnderNohup()) {
      process.on(signal, () => {});
      continue;
    }
    process.on(signal, () => {
      const nowMs = performance.now();
      const isEcho = signal === "SIGINT" && firstMs !== undefined && nowMs - firstMs < ONE_KEY_MS;
      // Above its soft limit of CPU time a process gets one a second (setrlimit(2)): nobody insists.
      const isReminder = signal === "SIGXCPU" && firstMs !== undefined;
      if (isEcho || isReminder) return;
      const isSecond = firstMs !== undefined;
      firstMs ??= nowMs;
      stop(signal, isSecond);
    });
  }
}

/** Returns the exit code of a program that a signal stopped, as a shell reports it: 130 for SIGINT. */
export function stopExitCode(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

/**
 * Returns whether nohup(1) started this program. Node resets an ignored SIGHUP to its default when it starts, so the
 * traces of nohup tell: a shell names it in the variable `_`, and it opens /dev/null for writing in place of a terminal.
 */
function isUnderNohup(): boolean {
  return /(^|\/)nohup$/.test(process.env._ ?? "") || isStdinUnreadable();
}

function isStdinUnreadable(): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? "";
    const isWriteOnly = (Number.parseInt(flags, 8) & ACCESS_MODE) === 1;
    return isWriteOnly && readlinkSync("/proc/self/fd/0") === "/dev/null";
  } catch {
    return false; // No descriptor 0.
  }
}
