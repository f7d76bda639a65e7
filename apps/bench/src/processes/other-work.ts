import { readHostTimes, readProcessStat } from "@c10k-lab/process";
import type { Children } from "./children.ts";

/** Measures the processor time that programs other than the bench and its children take. */
export class OtherWork {
  readonly #children: Children;
  #usedMs: number;
  #atMs = performance.now();

  constructor(children: Children) {
    this.#children = children;
    this.#usedMs = this.#readMs();
  }

  /** Returns per cent of one processor since the last call. */
  percentSince(): number {
    const [usedMs, atMs] = [this.#usedMs, this.#atMs];
    this.#usedMs = this.#readMs();
    this.#atMs = performance.now();
    return Math.max(0, (100 * (this.#usedMs - usedMs)) / (this.#atMs - atMs));
  }

  /** Stolen time counts: another guest used it. */
  #readMs(): number {
    const own = readProcessStat("self");
    const ownMs = (own?.cpuMs ?? 0) + (own?.childrenCpuMs ?? 0) + this.#children.cpuMs;
    const { busyMs, stolenMs } = readHostTimes();
    return busyMs + stolenMs - ownMs;
  }
}
