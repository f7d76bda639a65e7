import type { Readable } from "node:stream";
import type { ContainerSample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { eachJsonLine } from "./json-lines.ts";

const NS_PER_MS = 1e6;
const KIB = 1024;

/** Keeps the engine's statistics of one container, one sample a second: the charges of its control group. */
export class ContainerSampler {
  readonly samples: ContainerSample[] = [];
  readonly #stream: Readable;
  readonly #startedMs = performance.now();

  constructor(stats: Readable) {
    this.#stream = stats;
    eachJsonLine<Docker.ContainerStats>(stats, (value) => this.#take(value));
  }

  stop(): void {
    this.#stream.destroy();
  }

  /** Skips the last statistics of a container that has ended: they hold no figures. */
  #take({ cpu_stats: cpu, memory_stats: memory, pids_stats: pids }: Docker.ContainerStats): void {
    if (memory.usage === undefined) return;
    this.samples.push({
      atMs: Math.round(performance.now() - this.#startedMs),
      cpuMs: cpu.cpu_usage.total_usage / NS_PER_MS,
      throttledMs: (cpu.throttling_data?.throttled_time ?? 0) / NS_PER_MS,
      memoryKiB: Math.round(memory.usage / KIB),
      pids: pids?.current ?? 0,
    });
  }
}
