import type { ProcessTree } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";

const INTERVAL_MS = 100;
/** A look goes through all processes of the machine: the lab spends at most this part of its time on it. */
const SHARE_MAX = 0.02;

/** Samples all processes of a foreign server, ten times a second or as often as their number allows. */
export class TreeSampler {
  readonly samples: Sample[] = [];
  readonly #tree: ProcessTree;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout;

  constructor(tree: ProcessTree) {
    this.#tree = tree;
    this.#timer = setTimeout(() => this.#sample(), 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #sample(): void {
    const beganMs = performance.now();
    this.#tree.refresh();
    const { rssKiB, threads, processes, descriptors } = this.#tree.size();
    const cpuMs = this.#tree.cpuUs() / 1000;
    const atMs = Math.round(beganMs - this.#startedMs);
    if (processes > 0) this.samples.push({ atMs, cpuMs, rssKiB, threads, processes, descriptors });
    const costMs = performance.now() - beganMs;
    // Before the first process has started there is nothing to spare.
    const pauseMs = processes > 0 ? Math.max(INTERVAL_MS, costMs / SHARE_MAX) : INTERVAL_MS;
    this.#timer = setTimeout(() => this.#sample(), pauseMs);
  }
}
