import type { Readable } from "node:stream";
import type { ContainerSample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { eachLine } from "../lines.ts";

const NS_PER_MS = 1e6;
const KIB = 1024;

/** The engine's statistics of one container, once a second: what its control group was charged. */
export class ContainerSampler {
  readonly samples: ContainerSample[] = [];
  readonly #stream: Readable;
  readonly #startedMs = performance.now();

  constructor(stats: Readable) {
    this.#stream = stats;
    eachLine(stats, (line) => this.#take(JSON.parse(line)));
  }

  stop(): void {
    this.#stream.destroy();
  }

  /** An engine sends a last one without figures when the container has ended. */
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
