import { readdirSync, readFileSync } from "node:fs";
import { runWhenIdle } from "@c10k-lab/posix";

/** Prefix of the names of V8's threads, which compile and collect garbage for the others. */
const HELPER = /^(?:node-)?V8Worker/;

/** Returns the CPU time that V8's helper threads have used, µs. */
export function readHelpersUs(): number {
  // Time on a processor, ns, is the first of three numbers.
  return helpers().reduce(
    (sumUs, thread) => sumUs + Number.parseInt(read(thread, "schedstat"), 10) / 1000,
    0,
  );
}

/**
 * Lets all other threads of this process work only while the loop waits. On a processor that they share with the loop,
 * V8's compiler would hold it for up to 5 ms at a time, and the messages due in that time would be late.
 */
export function yieldOthers(): void {
  for (const thread of [process.pid, ...helpers().map(Number)]) runWhenIdle(thread);
}

function helpers(): string[] {
  return readdirSync("/proc/self/task").filter((thread) => HELPER.test(read(thread, "comm")));
}

function read(thread: string, file: string): string {
  return readFileSync(`/proc/self/task/${thread}/${file}`, "latin1");
}
