import { readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";

/** Signals of a person or a shell: a second one means that the program takes too long. */
const INSISTING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Signals of timers, limits and power supplies, which would end the program as well, and which may come again and again: as
 * SIGXCPU does each second above the limit of CPU time (setrlimit(2)). SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV and SIGSYS
 * are errors of the program itself, after which no JavaScript may run; SIGUSR1 opens Node's debugger; Node ignores SIGPIPE
 * and SIGXFSZ.
 */
const REMINDING = [
  "SIGXCPU",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
  "SIGUSR2",
  "SIGABRT",
  "SIGSTKFLT",
  "SIGIO",
  "SIGPWR",
] as const;

type Insisting = (typeof INSISTING)[number];
export type StopSignal = Insisting | (typeof REMINDING)[number];

/** Bits of the open flags that hold the access mode; 1 is O_WRONLY. */
const ACCESS_MODE = 3;

/** `npm run` passes on a Ctrl-C that the terminal has already sent to everyone: two SIGINT this close are one key. */
const ONE_KEY_MS = 200;

/**
 * Calls `stop` for each signal that would end the program, first with `isSecond` false, then, when somebody insists, with true.
 * SIGHUP is ignored under nohup(1).
 *
 * @returns a function that gives the signals their earlier meaning again
 */
export function onStopSignal(stop: (signal: StopSignal, isSecond: boolean) => void): () => void {
  let firstMs: number | undefined;
  const take = (signal: StopSignal) => {
    const nowMs = performance.now();
    const isEcho = signal === "SIGINT" && firstMs !== undefined && nowMs - firstMs < ONE_KEY_MS;
    const isReminder = firstMs !== undefined && !INSISTING.includes(signal as Insisting);
    if (isEcho || isReminder) return;
    const isSecond = firstMs !== undefined;
    firstMs ??= nowMs;
    stop(signal, isSecond);
  };
  const isIgnored = (signal: StopSignal) => signal === "SIGHUP" && isUnderNohup();
  const listeners = [...INSISTING, ...REMINDING]
    .filter((signal) => signal !== "SIGPROF" || !isProfiled())
    .map((signal) => [signal, isIgnored(signal) ? () => {} : () => take(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
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

/** Returns whether Node profiles this program: SIGPROF takes each sample then. */
function isProfiled(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ""].some((words) => /--(cpu-)?prof\b/.test(words));
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
