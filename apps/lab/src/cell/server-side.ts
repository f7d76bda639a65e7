import { readOr } from "@c10k-lab/process";
import { FinalLine, ListeningLine, type Probe } from "@c10k-lab/protocol";
import type { Engine, Job, Service } from "../engines/engine.ts";
import { onPort } from "./cell-jobs.ts";
import { type Address, type ProbeResult, probe } from "./probe.ts";
import { Side } from "./side.ts";
import { addFinals, addListening, addProbes } from "./sums.ts";

/** A server that does not listen within this time is broken. */
const READY_MS = 30_000;

const NOT_CLOSED = { probe: null, sent: "", received: "", end: "stays-open" } as const;

/** The servers of a cell, most often one. The reports of several are added. */
export class ServerSide extends Side<Service> {
  readonly #sharesPort: boolean;
  /** Servers that wait for the port of the first. */
  #waiting: readonly Job[] = [];
  #listening: ListeningLine[] = [];
  #probes: Probe[] = [];
  #finals: FinalLine[] = [];
  /** The answer to the probe where it was no echo; null when it was, or was not tried. */
  probeFailure: Extract<ProbeResult, { probe: null }> | null = null;
  /** Jobs as they were started. */
  jobs: readonly Job[] = [];
  /** Time from the stop signal to the end of the last process, ms; null before. */
  stopMs: number | null = null;

  /** @param sharesPort all have the port that the first one gets */
  constructor(sharesPort = false) {
    super();
    this.#sharesPort = sharesPort;
  }

  /** Starts them; of several on one port the first. @throws EngineTrouble */
  async start(jobs: readonly Job[], engine: Engine): Promise<void> {
    this.jobs = jobs;
    const now = this.#sharesPort ? jobs.slice(0, 1) : jobs;
    this.#waiting = jobs.slice(now.length);
    for (const job of now) this.running.push(await engine.start(job));
  }

  /** Waits until each says that it listens, and echoes. @returns whether all do. @throws EngineTrouble */
  async becomeReady(engine: Engine): Promise<boolean> {
    const first = this.running[0];
    if (first === undefined || !(await this.#hear(first))) return false;
    await this.#startWaiting(engine);
    for (const service of this.running.slice(1)) if (!(await this.#hear(service))) return false;
    // On a shared port the kernel chooses who answers; the load reaches them all.
    for (const listening of this.#listening) {
      if (await this.#try(listening)) continue;
      if (this.probeFailure?.end === "ECONNREFUSED") this.assertReachable();
      return false;
    }
    return true;
  }

  async #hear(service: Service): Promise<boolean> {
    const listening = parseLine(ListeningLine, await service.nextLine(READY_MS));
    if (listening) this.#listening.push(listening);
    return listening !== null;
  }

  /** Starts the others on the port of the first. */
  async #startWaiting(engine: Engine): Promise<void> {
    const port = this.#listening[0]?.port ?? 0;
    const others = this.#waiting.map((job) => onPort(job, port));
    this.#waiting = [];
    this.jobs = [...this.jobs.slice(0, this.jobs.length - others.length), ...others];
    for (const job of others) this.running.push(await engine.start(job));
  }

  async #try(listening: ListeningLine): Promise<boolean> {
    const result = await probe(listening);
    if (result.probe === null || !result.isClosed) {
      this.probeFailure = result.probe === null ? result : NOT_CLOSED;
      return false;
    }
    this.#probes.push(result.probe);
    return true;
  }

  /** Stops them and reads their totals. */
  async stop(): Promise<void> {
    const startedMs = performance.now();
    this.exits = await Promise.all(this.running.map((service) => service.stop()));
    this.stopMs = Math.round(performance.now() - startedMs);
    for (const service of this.running) {
      const final = parseLine(FinalLine, await service.nextLine(0));
      if (final) this.#finals.push(final);
    }
  }

  /** Addresses and ports of the servers. */
  get addresses(): readonly Address[] {
    return this.#listening;
  }

  get listening(): ListeningLine | null {
    return this.#sum(this.#listening, addListening);
  }

  get probe(): Probe | null {
    return this.#sum(this.#probes, addProbes);
  }

  get final(): FinalLine | null {
    return this.#sum(this.#finals, addFinals);
  }

  /** Returns the sum when every server has reported its part. */
  #sum<T>(parts: readonly T[], add: (a: T, b: T) => T): T | null {
    if (parts.length === 0 || parts.length < this.jobs.length) return null;
    return parts.reduce(add);
  }
}

function parseLine<T>(schema: { parse(value: unknown): T }, line: string | null): T | null {
  // Where it is not the line that was due, the process is in trouble, and its exit and log tell which.
  return readOr(null, () => schema.parse(JSON.parse(line ?? "")));
}
