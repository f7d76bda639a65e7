import { type ContainerSample, FinalLine, ListeningLine, type Probe, type Sample } from "@c10k-lab/protocol";
import type { Engine, Exit, Job, Service } from "../engines/engine.ts";
import { probe } from "./probe.ts";
import { added } from "./sums.ts";

/** A server that has not said it listens by then is broken. */
const READY_MS = 30_000;

/** The servers of a cell, most often one; of several what they report is added. */
export class ServerSide {
  #services: Service[] = [];
  #listening: ListeningLine[] = [];
  #probes: Probe[] = [];
  #finals: FinalLine[] = [];
  exits: Exit[] = [];

  /** Starts them. @throws EngineTrouble */
  async start(jobs: readonly Job[], engine: Engine): Promise<void> {
    for (const job of jobs) this.#services.push(await engine.start(job));
  }

  /** Waits until each says that it listens, and echoes. @returns whether all do */
  async becomeReady(): Promise<boolean> {
    for (const service of this.#services) {
      const listening = parseLine(ListeningLine, await service.nextLine(READY_MS));
      if (!listening) return false;
      this.#listening.push(listening);
      const probed = await probe(listening);
      if (!probed) return false;
      this.#probes.push(probed);
    }
    return this.#services.length > 0;
  }

  signal(signal: NodeJS.Signals): void {
    for (const service of this.#services) service.signal(signal);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#services.map(async (service, index) => {
        this.exits[index] = await service.stop();
        const final = parseLine(FinalLine, await service.nextLine(0));
        if (final) this.#finals.push(final);
      }),
    );
  }

  /** Where clients find each. */
  get addresses(): readonly ListeningLine[] {
    return this.#listening;
  }

  get listening(): ListeningLine | null {
    return this.#whole(this.#listening);
  }

  get probe(): Probe | null {
    return this.#whole(this.#probes);
  }

  get final(): FinalLine | null {
    const sum = this.#whole(this.#finals);
    return sum && { ...sum, durationMs: Math.max(...this.#finals.map(({ durationMs }) => durationMs)) };
  }

  get samples(): Sample[] {
    return sideBySide(this.#services.map(({ samples }) => samples));
  }

  get containerSamples(): ContainerSample[] {
    return sideBySide(this.#services.map(({ containerSamples }) => containerSamples));
  }

  /** The sum, if every server has said its part. */
  #whole<T extends object>(parts: readonly T[]): T | null {
    if (parts.length === 0 || parts.length < this.#services.length) return null;
    return parts.reduce(added);
  }
}

/** Samples of processes that started together, added look by look. */
function sideBySide<T extends { readonly atMs: number }>(series: readonly (readonly T[])[]): T[] {
  const [first = [], ...others] = series;
  const looks = Math.min(...series.map(({ length }) => length));
  return first.slice(0, looks).map((sample, look) => ({
    ...others.map((other) => other[look] as T).reduce(added, sample),
    atMs: sample.atMs,
  }));
}

function parseLine<T>(schema: { parse(value: unknown): T }, line: string | null): T | null {
  if (line === null) return null;
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return null; // Not the line that was due: the process is in trouble, and its exit and log tell which.
  }
}
