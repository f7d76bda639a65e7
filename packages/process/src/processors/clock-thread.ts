import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { monotonicUs, pinTo } from "@c10k-lab/posix";
import { cpuUs } from "../proc/process.ts";
import { type ClockRequest, PROCESSES_MAX } from "./clock-request.ts";

const { processor, number, pids, clocks } = workerData as ClockRequest & { processor: number };
pinTo([processor]);
goFirst();
parentPort?.postMessage("pinned");
for (let done = 0; ; ) {
  Atomics.wait(number, 0, done);
  const asked = Atomics.load(number, 0);
  for (let at = 0; at < PROCESSES_MAX && pids[at] > 0; at++) clocks[at] = cpuUs(pids[at]);
  clocks[PROCESSES_MAX] = monotonicUs();
  // Where it took too long, another request is there by now.
  const isWanted = Atomics.compareExchange(number, 0, asked, asked + 1) === asked;
  Atomics.notify(number, 0);
  done = isWanted ? asked + 1 : asked;
}

/** Gives this thread, not its process, the best nice value: sched(7). */
function goFirst(): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), constants.priority.PRIORITY_HIGHEST);
  } catch {
    // Without privileges it waits for its turn: milliseconds where others are busy.
  }
}
