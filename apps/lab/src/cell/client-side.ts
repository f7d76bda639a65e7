import type { Engine, Job, Service } from "../engines/engine.ts";
import { Side } from "./side.ts";

/** The clients of a cell, most often one. */
export class ClientSide extends Side<Service> {
  get hasStarted(): boolean {
    return this.running.length > 0;
  }

  /** Starts them side by side. @throws EngineTrouble when one does not start; the others are told to end */
  async start(jobs: readonly Job[], engine: Engine): Promise<void> {
    const starts = await Promise.allSettled(
      jobs.map(async (job) => {
        const client = await engine.start(job);
        this.running.push(client);
        return client;
      }),
    );
    // They came as they were ready; from here on the first is client-1.
    this.running = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const failed = starts.find((start) => start.status === "rejected");
    if (!failed) return;
    this.signal("SIGTERM");
    throw failed.reason;
  }

  /** Waits until all have ended; sends SIGKILL after `timeoutMs`. */
  async end(timeoutMs: number): Promise<void> {
    this.exits = await Promise.all(this.running.map((service) => service.endWithin(timeoutMs)));
  }
}
