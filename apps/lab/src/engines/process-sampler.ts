import { ownMemoryKiB } from "@c10k-lab/posix";
import { readProcessStat } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";

const INTERVAL_MS = 100;

/** Samples /proc/PID/stat of a process ten times a second until the process ends. */
export class ProcessSampler {
  readonly samples: Sample[] = [];
  readonly #pid: number;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), INTERVAL_MS);
    this.#sample();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const stat = readProcessStat(this.#pid);
    if (stat === null) return;
    const { cpuMs, rssKiB, threads } = stat;
    const ownKiB = ownMemoryKiB(this.#pid);
    if (Number.isNaN(ownKiB)) return;
    const atMs = Math.round(performance.now() - this.#startedMs);
    this.samples.push({ atMs, cpuMs, rssKiB, ownKiB, threads });
  }
}
