import type { ContainerSample, Sample } from "@c10k-lab/protocol";
import { EngineTrouble, type Exit, type Service } from "../engines/engine.ts";

/** The processes of one side of a cell, most often one. */
export abstract class Side<S extends Service> {
  protected running: S[] = [];
  /** Exits in the order of the processes; empty before all have ended. */
  exits: readonly Exit[] = [];

  get services(): readonly S[] {
    return this.running;
  }

  /** Sends a signal to all that have started. */
  signal(signal: NodeJS.Signals): void {
    for (const service of this.running) service.signal(signal);
  }

  /** Samples by process. */
  get samples(): Sample[][] {
    return this.running.map(({ samples }) => [...samples]);
  }

  /** Samples of the container engine by process. */
  get containerSamples(): ContainerSample[][] {
    return this.running.map(({ containerSamples }) => [...containerSamples]);
  }

  /** @throws EngineTrouble when a process that did not answer is not on the network of the lab */
  protected assertReachable(): void {
    const address = this.running.map(({ elsewhere }) => elsewhere ?? null).find((one) => one !== null);
    if (address) throw new EngineTrouble({ trouble: "engine-elsewhere", address });
  }
}
