import { type Excess, type Exit, signalOf } from "@c10k-lab/process";

/** Limit of one process that the kernel enforces with a signal. */
export type LimitName = "file-size" | "cpu-time";

/** Signals that name a limit and not a mistake. */
const LIMITS: Readonly<Record<string, { readonly limit: LimitName; readonly meaning: string }>> = {
  SIGXFSZ: { limit: "file-size", meaning: "a file reached the largest size allowed" },
  SIGXCPU: { limit: "cpu-time", meaning: "the CPU time allowed was used up" },
};

/** Returns the end of a shell command in words: "SIGKILL", "exit code 3", "exit code 139 (SIGSEGV)". */
export function describeExit(exit: Exit): string {
  const name = signalOf(exit);
  if (exit.signal !== null) return explainSignal(exit.signal);
  return name === null ? `exit code ${exit.code}` : `exit code ${exit.code} (${explainSignal(name)})`;
}

/** Returns the limit that ended a shell command; null for none. */
export function limitOf(exit: Exit): LimitName | null {
  return LIMITS[signalOf(exit) ?? ""]?.limit ?? null;
}

const NOUNS: Readonly<Record<string, string>> = { memory: "MiB of memory", disk: "MiB on disk" };

/** Returns the end of a server that took too much of the machine in words. */
export function describeExcess({ limit, count, allowed }: Excess): string {
  const noun = NOUNS[limit] ?? limit;
  return `SIGKILL: it had ${count} ${noun}, and one server may have ${allowed}`;
}

function explainSignal(name: string): string {
  const found = LIMITS[name];
  return found === undefined ? name : `${name}: ${found.meaning}`;
}
