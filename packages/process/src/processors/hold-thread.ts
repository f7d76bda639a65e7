import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { monotonicUs, pinTo } from "@c10k-lab/posix";
import { HOLD } from "./hold-states.ts";

/** The processor is given back after this time, whatever the other thread does. */
const HELD_MAX_US = 1000;

const { processor, state } = workerData as { processor: number; state: Int32Array };
pinTo([processor]);
goFirst();
parentPort?.postMessage("pinned");
for (;;) {
  Atomics.wait(state, 0, HOLD.free);
  if (Atomics.compareExchange(state, 0, HOLD.wanted, HOLD.held) !== HOLD.wanted) continue;
  Atomics.notify(state, 0);
  const untilUs = monotonicUs() + HELD_MAX_US;
  while (Atomics.load(state, 0) === HOLD.held && monotonicUs() < untilUs);
  Atomics.compareExchange(state, 0, HOLD.held, HOLD.free);
}

/** Gives this thread, not its process, the best nice value: sched(7). */
function goFirst(): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), constants.priority.PRIORITY_HIGHEST);
  } catch {
    // Without privileges it waits for its turn: milliseconds where others are busy.
  }
}
