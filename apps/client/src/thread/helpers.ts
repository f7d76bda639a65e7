import { readdirSync, readFileSync } from "node:fs";

/** Prefix of the names of V8's threads, which compile and collect garbage for the others. */
const HELPER = /^(?:node-)?V8Worker/;

/** Returns the CPU time that V8's helper threads have used, µs. */
export function readHelpersUs(): number {
  let sumUs = 0;
  for (const thread of readdirSync("/proc/self/task")) {
    if (!HELPER.test(readFileSync(`/proc/self/task/${thread}/comm`, "latin1"))) continue;
    // Time on a processor, ns, is the first of three numbers.
    sumUs += Number.parseInt(readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1"), 10) / 1000;
  }
  return sumUs;
}
