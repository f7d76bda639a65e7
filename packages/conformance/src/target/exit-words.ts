import { constants } from "node:os";

/** A shell that ends because a signal ended its command adds this to the signal's number. */
const SIGNAL_BASE = 128;

/** Meanings of signals that name a limit and not a mistake. */
const LIMITS: Readonly<Record<string, string>> = {
  SIGXFSZ: "a file reached the largest size allowed",
  SIGXCPU: "the CPU time allowed was used up",
};

/** Returns the end of a shell command in words: "SIGKILL", "exit code 3", "exit code 139 (SIGSEGV)". */
export function describeExit({ code, signal }: { code: number | null; signal: string | null }): string {
  if (signal !== null) return explainSignal(signal);
  const name = Object.entries(constants.signals).find(([, number]) => SIGNAL_BASE + number === code)?.[0];
  return name === undefined ? `exit code ${code}` : `exit code ${code} (${explainSignal(name)})`;
}

function explainSignal(name: string): string {
  const limit = LIMITS[name];
  return limit === undefined ? name : `${name}: ${limit}`;
}
