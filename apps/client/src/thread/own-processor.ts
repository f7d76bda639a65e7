import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { allowedProcessors, pinTo } from "@c10k-lab/posix";

/**
 * Reserves a processor for the loop's thread: all threads of this process leave it, so that V8's collector and compiler
 * do not take it from the loop. Clients of one machine reserve different ones.
 *
 * @returns the processor; null when this process may use one only, or when other clients have reserved all
 */
export async function reserveProcessor(): Promise<number | null> {
  const allowed = allowedProcessors();
  if (allowed.length < 2) return null;
  for (const processor of allowed.toReversed()) {
    if (!(await claim(`c10k-lab/processor/${processor}`))) continue;
    leave(allowed.filter((each) => each !== processor));
    return processor;
  }
  return null;
}

/** Claims a name in the abstract namespace of unix(7), where it is free again when this process ends. */
function claim(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(`\0${name}`, () => resolve(true)).unref();
  });
}

function leave(others: readonly number[]): void {
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      pinTo(others, Number(thread));
    } catch {
      // The thread has ended since its number was read.
    }
  }
}
