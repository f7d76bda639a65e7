import type { ContainerSample, Sample } from "@c10k-lab/protocol";
import type { Engine, Exit, Job, Service } from "../engines/engine.ts";

/** The clients of a cell, most often one. */
export class ClientSide {
  #services: Service[] = [];
  exits: readonly Exit[] = [];

  get services(): readonly Service[] {
    return this.#services;
  }

  get hasStarted(): boolean {
    return this.#services.length > 0;
  }

  /** Starts them side by side. @throws EngineTrouble when one does not start; the others are told to end */
  async start(jobs: readonly Job[], engine: Engine): Promise<void> {
    const starts = await Promise.allSettled(
      jobs.map(async (job) => {
        const client = await engine.start(job);
        this.#services.push(client);
        return client;
      }),
    );
    // They came as they were ready; from here on the first is client-1.
    this.#services = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const failed = starts.find((start) => start.status === "rejected");
    if (!failed) return;
    this.signal("SIGTERM");
    throw failed.reason;
  }

  signal(signal: NodeJS.Signals): void {
    for (const service of this.#services) service.signal(signal);
  }

  /** Waits until all have ended; sends SIGKILL after `timeoutMs`. */
  async end(timeoutMs: number): Promise<void> {
    this.exits = await Promise.all(this.#services.map((service) => service.endWithin(timeoutMs)));
  }

  /** Samples by client. */
  get samples(): Sample[][] {
    return this.#services.map(({ samples }) => [...samples]);
  }

  get containerSamples(): ContainerSample[][] {
    return this.#services.map(({ containerSamples }) => [...containerSamples]);
  }
}
