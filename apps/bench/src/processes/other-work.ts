import { readFileSync } from "node:fs";
import type { Children } from "./children.ts";
import { TICK_US, treeTicks } from "./cpu-time.ts";

/** How much of the processors' time programs take that are none of the bench's. */
export class OtherWork {
  readonly #children: Children;
  #us: number;
  #atMs = performance.now();

  constructor(children: Children) {
    this.#children = children;
    this.#us = this.#usedUs();
  }

  /** Per cent of one processor since the last call. */
  percentSince(): number {
    const [us, atMs] = [this.#us, this.#atMs];
    this.#us = this.#usedUs();
    this.#atMs = performance.now();
    return Math.max(0, (this.#us - us) / ((this.#atMs - atMs) * 10));
  }

  #usedUs(): number {
    const oursUs = treeTicks(readFileSync("/proc/self/stat", "latin1")) * TICK_US + this.#children.cpuTimeUs;
    return busyTicks(readFileSync("/proc/stat", "latin1")) * TICK_US - oursUs;
  }
}

/** Of all processors since boot: the first line of /proc/stat without idle and iowait; steal is busy, it is not ours. */
export function busyTicks(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = stat
    .slice(0, stat.indexOf("\n"))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}
