import { numbered } from "@c10k-lab/files";
import { listeningHost } from "@c10k-lab/posix";
import { findFreePort, type Processors, pause, type TreeUsage } from "@c10k-lab/process";
import type { Incident, Probe, RepetitionResult } from "@c10k-lab/protocol";
import { addCounts, maxCounts } from "@c10k-lab/stats";
import type { Engine, Exit, ForeignJob, ForeignService } from "../engines/engine.ts";
import { readTotals, type ServerTotals } from "../evidence/foreign-totals.ts";
import { readLastLine } from "../evidence/last-line.ts";
import type { Cell } from "../plan/cells.ts";
import { type ForeignServer, type ReadySign, writesStats } from "../plan/foreign/foreign-server.ts";
import { foreignJobs } from "./cell-jobs.ts";
import { type Address, type ProbeResult, probe } from "./probe.ts";
import { Side } from "./side.ts";
import { addProbes } from "./sums.ts";

/** A server that does not listen within this time is broken; a Java server starts in 2 s. */
const READY_MS = 30_000;
const RETRY_MS = 50;
/** Time between the stop signal and SIGKILL. */
const STOP_MS = 3000;

/** The foreign servers of a cell, most often one. What they do wrong becomes incidents; they report nothing else. */
export class ForeignSide extends Side<ForeignService> {
  readonly #foreign: ForeignServer;
  readonly #folder: string;
  #addresses: Address[] = [];
  #probes: Probe[] = [];
  #ready: TreeUsage[] = [];
  #end: TreeUsage[] = [];
  #isStopping = false;
  readonly #incidents: Incident[] = [];
  probeFailure: Extract<ProbeResult, { probe: null }> | null = null;

  /** @param folder the cell's, with the logs */
  constructor(foreign: ForeignServer, folder: string) {
    super();
    this.#foreign = foreign;
    this.#folder = folder;
  }

  /** Returns the jobs of a cell, each with a port; none where the server runs already. */
  async prepare(cell: Cell, engine: Engine, processors: Processors | null): Promise<ForeignJob[]> {
    if (this.#foreign.kind === "target") {
      const { host, port } = this.#foreign;
      this.#addresses = [{ host, port }];
      return [];
    }
    const ports: number[] = [];
    while (ports.length < cell.servers) ports.push(await findFreePort());
    this.#addresses = ports.map((port) => ({ host: "127.0.0.1", port }));
    return foreignJobs(cell, this.#foreign, ports, this.#folder, engine, processors);
  }

  /** Starts them. @throws EngineTrouble */
  async start(jobs: readonly ForeignJob[], engine: Engine): Promise<void> {
    for (const [index, job] of jobs.entries()) {
      const service = await engine.startForeign(job);
      this.running.push(service);
      const process = numbered("server", index + 1, jobs.length);
      void service.exited.then((exit) => {
        if (service.excess !== null)
          this.#incidents.push({ incident: "over-limit", process, ...service.excess });
        else if (!this.#isStopping) this.#incidents.push(this.#describeEnd(process, exit));
      });
    }
  }

  /** Waits until each is ready and echoes. @returns whether all do */
  async becomeReady(): Promise<boolean> {
    for (const index of this.#addresses.keys()) {
      const service = this.running[index] ?? null;
      const process = numbered("server", index + 1, this.#addresses.length);
      const result = await this.#awaitEcho(service, index);
      if (result === null) {
        if (!(await hasEnded(service))) {
          this.assertReachable();
          this.#incidents.push({
            incident: "not-ready",
            process,
            afterMs: READY_MS,
            answer: readLastLine(this.#folder, process),
          });
        }
        return false;
      }
      if (result.probe === null) {
        this.probeFailure = result;
        return false;
      }
      this.#probes.push(result.probe);
      if (!result.isClosed) this.#incidents.push({ incident: "stays-open", process });
      if (service?.processes) this.#ready.push(service.processes.usage());
    }
    return true;
  }

  /** Stops them, and kills what does not end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const alive = this.running.flatMap(({ processes }) => processes?.usage() ?? []);
    this.exits = await Promise.all(this.running.map((service, index) => this.#stopOne(service, index)));
    const final = this.running.flatMap(({ finalUsage }) => finalUsage ?? []);
    // The kernel adds up what was waited for; a child that nobody waited for is in the sums of /proc alone.
    this.#end = alive.map((usage, index) => maxCounts(usage, final[index] ?? usage));
  }

  get addresses(): readonly Address[] {
    return this.#addresses;
  }

  get probe(): Probe | null {
    return this.#probes.length < this.#addresses.length ? null : this.#probes.reduce(addProbes);
  }

  /** A foreign server writes no line of ours. */
  readonly listening = null;
  readonly final = null;

  get ledger(): RepetitionResult["ledger"] {
    return writesStats(this.#foreign) ? "csv" : "client-only";
  }

  /** Reads the totals of its CSV files; null where it writes none, or another format. */
  async totals(): Promise<ServerTotals | null> {
    return this.ledger === "csv" ? readTotals(this.#folder) : null;
  }

  /** Usage when it was ready and at the end; null where it is not known. */
  get tree(): RepetitionResult["evidence"]["tree"] {
    if (this.#ready.length === 0 || this.#end.length < this.#ready.length) return null;
    return { ready: addCounts(this.#ready), end: addCounts(this.#end) };
  }

  get incidents(): readonly Incident[] {
    return this.#incidents;
  }

  /** Returns the result of the first echo; null when the server gave no sign in time, or has ended. */
  async #awaitEcho(service: ForeignService | null, index: number): Promise<ProbeResult | null> {
    const sign: ReadySign = this.#foreign.kind === "target" ? { sign: "port" } : this.#foreign.ready;
    if (service && sign.sign === "line") {
      const isReady = await service.waitForLine(new RegExp(sign.pattern), READY_MS);
      return isReady ? probe(this.#findAddress(index)) : null;
    }
    const untilMs = performance.now() + READY_MS;
    for (;;) {
      const result = await probe(this.#findAddress(index));
      if (result.probe !== null || result.end !== "ECONNREFUSED" || service === null) return result;
      if (performance.now() > untilMs || (await hasEnded(service))) return null;
      await pause(RETRY_MS);
    }
  }

  /** Returns the address of a server, which may listen on ::1 alone. */
  #findAddress(index: number): Address {
    const [address] = this.#addresses.slice(index);
    if (address === undefined) throw new RangeError(`there is no server ${index + 1}`);
    if (this.#foreign.kind === "target") return address;
    const found = { ...address, host: listeningHost(address.port) ?? address.host };
    this.#addresses[index] = found;
    return found;
  }

  async #stopOne(service: ForeignService, index: number): Promise<Exit> {
    const process = numbered("server", index + 1, this.running.length);
    const isOver = await hasEnded(service);
    if (!isOver) service.signal("SIGTERM");
    const exit = await service.endWithin(STOP_MS);
    if (service.excess !== null) return exit;
    const wasStopped = this.#foreign.kind !== "target" && this.#foreign.stop === "SIGKILL";
    if (!isOver && exit.signal === "SIGKILL" && !wasStopped) {
      this.#incidents.push({ incident: "stop-ignored", process, afterMs: STOP_MS });
    } else if (service.killed > 0) {
      this.#incidents.push({ incident: "left-behind", process, processes: service.killed });
    }
    return exit;
  }

  #describeEnd(process: string, { code, signal, cause }: Exit): Incident {
    if (cause === "out-of-memory") return { incident: "out-of-memory", process };
    return {
      incident: "ended-early",
      process,
      exitCode: code,
      signal,
      answer: readLastLine(this.#folder, process),
    };
  }
}

/** Returns whether all processes have ended, without waiting. */
async function hasEnded(service: ForeignService | null): Promise<boolean> {
  if (service === null) return false;
  return Promise.race([service.exited.then(() => true), pause(0).then(() => false)]);
}
