import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { callAfter, type Processors } from "@c10k-lab/process";
import {
  type ClientSummary,
  EXIT,
  type HeldMemory,
  MEASURABLE_CONNECTIONS,
  type NodeEvidence,
  type RepetitionResult,
  type Trouble,
} from "@c10k-lab/protocol";
import { type Engine, EngineTrouble, type Service } from "../engines/engine.ts";
import { NO_SAMPLE } from "../evidence/call-tracer.ts";
import { lookAtHost } from "../evidence/host-look.ts";
import { type KernelMemory, kernelMemorySince, readKernelMemory } from "../evidence/kernel-memory.ts";
import { labTime } from "../evidence/lab-time.ts";
import { readLastLine } from "../evidence/last-line.ts";
import { describeNodes, nameServices, sumTcpCounts } from "../evidence/node-evidence.ts";
import { reconcileSides } from "../evidence/reconcile.ts";
import {
  NO_TCP_COUNTS,
  readTcpCounters,
  type TcpCounts,
  tcpCountersSince,
} from "../evidence/tcp-counters.ts";
import { judgeCell, nameExits } from "../judgement/cell-status.ts";
import { findDoubts } from "../judgement/doubts.ts";
import type { Cell } from "../plan/cells.ts";
import { describeForeign } from "../plan/foreign/foreign-server.ts";
import type { Stand } from "../slices/stand.ts";
import { describeSides } from "./cell-evidence.ts";
import { clientBoundMs, clientJobs, readSummaries, serverJobs } from "./cell-jobs.ts";
import { ClientSide } from "./client-side.ts";
import { readFirstFailures } from "./first-failures.ts";
import { ForeignSide } from "./foreign-side.ts";
import { Gate } from "./gate.ts";
import { ServerSide } from "./server-side.ts";

/**
 * One repetition of a cell: starts the server, waits until it listens and echoes, runs the clients, stops the server,
 * reads what all wrote. Every wait is bounded. Whatever dies or hangs, the evidence gathered so far is kept.
 */
export class CellRun {
  readonly #cell: Cell;
  readonly #folder: string;
  readonly #engine: Engine;
  readonly #processors: Processors | null;
  readonly #stand: Stand | null;
  readonly #startedAt = labTime();
  readonly #hostBefore = lookAtHost();
  readonly #server: ServerSide | ForeignSide;
  readonly #clients = new ClientSide();
  #isInterrupted = false;
  #isCutOff = false;
  #commands = { servers: [] as string[], clients: [] as string[] };
  #tcp = NO_TCP_COUNTS;
  #trouble: Trouble | null = null;
  #held: HeldMemory | null = null;

  /**
   * @param folder the cell's own, which exists
   * @param stand directs the load slice by slice; null: the load ends by itself
   */
  constructor(
    cell: Cell,
    folder: string,
    engine: Engine,
    processors: Processors | null,
    stand: Stand | null = null,
  ) {
    this.#stand = stand;
    this.#server = cell.foreign ? new ForeignSide(cell.foreign, folder) : new ServerSide(cell.sharesPort);
    this.#cell = cell;
    this.#folder = folder;
    this.#engine = engine;
    this.#processors = processors;
  }

  /** The trouble of the engine that ended the cell; null when there was none. */
  get trouble(): Trouble | null {
    const isLost = this.#ends.some(({ exit }) => exit.cause === "engine-lost");
    if (!isLost) return this.#trouble;
    return { trouble: "engine-lost", request: null, cell: this.#cell.id };
  }

  /** The process that did not accept an option of the plan, with its answer; null when all did. */
  get mistake(): Trouble | null {
    // Exit code 2 of a foreign server means whatever its author says.
    const ends = this.#cell.foreign ? nameExits("client", this.#clients.exits) : this.#ends;
    const mistaken = ends.find(({ exit }) => exit.code === EXIT.usage);
    if (!mistaken) return null;
    const { process } = mistaken;
    return { trouble: "option-refused", process, answer: readLastLine(this.#folder, process) };
  }

  async run(): Promise<RepetitionResult> {
    try {
      await this.#serve();
    } catch (error) {
      if (!(error instanceof EngineTrouble)) throw error;
      this.#trouble = error.fact;
    } finally {
      this.#stand?.release();
    }
    return this.#result();
  }

  /** Ends both sides early; `run` still returns what was measured. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#stand?.release();
    // The clients end their connections first, so that the server has nothing to wait for.
    if (this.#clients.hasStarted) this.#clients.signal("SIGTERM");
    else this.#server.signal("SIGTERM");
  }

  /** Ends both sides now. */
  kill(): void {
    for (const side of [this.#clients, this.#server]) side.signal("SIGKILL");
  }

  get #ends() {
    return [...nameExits("server", this.#server.exits), ...nameExits("client", this.#clients.exits)];
  }

  async #serve(): Promise<void> {
    try {
      await this.#startServers();
      const isReady = await this.#server.becomeReady(this.#engine);
      this.#noteServers();
      if (isReady && !this.#isInterrupted) await this.#load();
    } finally {
      await this.#server.stop();
    }
  }

  async #startServers(): Promise<void> {
    if (this.#server instanceof ForeignSide) {
      const jobs = await this.#server.prepare(this.#cell, this.#engine, this.#processors);
      this.#commands.servers = jobs.map(({ server }) => describeForeign(server));
      await this.#server.start(jobs, this.#engine);
    } else {
      const jobs = serverJobs(this.#cell, this.#folder, this.#engine, this.#processors);
      await this.#server.start(jobs, this.#engine);
      this.#noteServers();
    }
  }

  /** Notes the commands of the servers: of several on one port, all but the first are known when it listens. */
  #noteServers(): void {
    if (this.#server instanceof ForeignSide) return;
    this.#commands.servers = this.#server.jobs.map((job) => this.#engine.commandOf(job));
  }

  async #load(): Promise<void> {
    const gate = this.#hasGate ? await Gate.open(this.#cell.clients) : null;
    const { jobs, startsInMs } = clientJobs(this.#cell, this.#folder, this.#engine, {
      listening: this.#server.addresses,
      processors: this.#processors,
      controls: (await this.#stand?.listen()) ?? [],
      gates: gate?.addresses ?? [],
    });
    this.#commands.clients = jobs.map((job) => this.#engine.commandOf(job));
    const before = readTcpCounters();
    let cancelCutOff: (() => void) | null = null;
    try {
      const memory = readKernelMemory();
      const serverKiB = this.#serverKiB;
      await this.#clients.start(jobs, this.#engine);
      await this.#stand?.hold(this.#server.services, this.#clients.services);
      if (gate !== null) {
        cancelCutOff = this.#cutOffIn(0);
        await this.#passGate(gate, memory, serverKiB);
      }
    } finally {
      if (this.#isInterrupted) this.#clients.signal("SIGTERM");
      cancelCutOff ??= this.#cutOffIn(startsInMs);
      await this.#clients.end(clientBoundMs(this.#cell, startsInMs));
      cancelCutOff();
      this.#tcp = tcpCountersSince(before);
    }
  }

  /**
   * Several clients of this machine begin at the lab's word, as soon as all of them are ready. Those on other machines begin
   * at a moment, because they may not reach the lab.
   */
  get #hasGate(): boolean {
    const { clients, load } = this.#cell;
    return !this.#engine.remote && this.#stand === null && clients > 1 && load.noBarrier?.value !== true;
  }

  /** Waits until all clients are ready, notes what their connections cost, and gives the word. */
  async #passGate(gate: Gate, before: KernelMemory, serverAtRestKiB: number): Promise<void> {
    const clients = this.#clients.services;
    const gathered = await gate.gather(clients, this.#cell.connections);
    if (gathered !== null) {
      if (gathered.open >= MEASURABLE_CONNECTIONS) await gate.settle(clients);
      const { kinds, slabs } = kernelMemorySince(before, readKernelMemory());
      const { services } = this.#server;
      this.#held = {
        connections: gathered.open,
        server: { processes: services.length, atRestKiB: serverAtRestKiB, heldKiB: this.#serverKiB },
        clients: {
          processes: clients.length,
          atRestKiB: gathered.memory.atRestKiB,
          heldKiB: sumOwnKiB(clients) ?? gathered.memory.heldKiB,
        },
        kernelKiB: kinds,
        slabsKiB: slabs,
      };
    }
    await gate.pass();
  }

  /** Memory of the servers, of containers with what they share. */
  get #serverKiB(): number {
    const { services } = this.#server;
    return (
      sumOwnKiB(services) ?? services.reduce((sum, { samples }) => sum + (samples.at(-1)?.rssKiB ?? 0), 0)
    );
  }

  /** Ends the clients at the plan's limit: a cell that hangs costs no more time, and keeps its measurements. */
  #cutOffIn(startsInMs: number): () => void {
    return callAfter(startsInMs + (this.#cell.cutoffMs ?? Number.POSITIVE_INFINITY), () => {
      this.#isCutOff = true;
      this.#clients.signal("SIGTERM");
    });
  }

  async #result(): Promise<RepetitionResult> {
    const client = readSummaries(this.#cell, this.#folder);
    const server = this.#server;
    const { listening, probe, final } = server;
    const foreign =
      server instanceof ForeignSide
        ? { ledger: server.ledger, totals: await server.totals(), incidents: server.incidents }
        : null;
    const sides = { final: foreign ? foreign.totals : final, probe };
    const reconciliation = await reconcileSides(client, sides, this.#folder, this.#cell.sharesPort);
    const accounts = { client, listening, probe, final, reconciliation };
    const result = {
      ...this.#identity,
      ledger: foreign?.ledger ?? ("both" as const),
      ...judgeCell({
        ...accounts,
        foreign,
        firstFailures: await readFirstFailures(client, this.#folder),
        ...this.#circumstances,
      }),
      processors: this.#processors,
      commands: this.#commands,
      ...accounts,
      slices: this.#stand?.slices ?? [],
      evidence: this.#evidence(client),
    };
    return { ...result, doubts: findDoubts(result) };
  }

  /** Facts that say how the repetition ended, beside the accounts of both sides. */
  get #circumstances() {
    return {
      probeFailure: this.#server.probeFailure,
      exits: { servers: this.#server.exits, clients: this.#clients.exits },
      lastLine: (process: string) => readLastLine(this.#folder, process),
      tcp: this.#tcpCounts,
      trouble: this.trouble,
      isInterrupted: this.#isInterrupted,
      cutOffMs: this.#isCutOff ? this.#cell.cutoffMs : null,
    };
  }

  /** The slices measured so far; null while there is none. */
  get soFar(): RepetitionResult | null {
    const slices = this.#stand?.slices ?? [];
    if (slices.length === 0) return null;
    return {
      ...this.#identity,
      ...{ ledger: "both", status: "ok", incidents: [], doubts: [] },
      ...{ processors: this.#processors, commands: this.#commands, evidence: this.#evidence(null) },
      ...{ listening: null, probe: null, final: null, client: null, reconciliation: null },
      slices: [...slices],
    };
  }

  get #identity() {
    const cell = this.#cell;
    return {
      schema: "c10k-lab/cell/2" as const,
      id: cell.id,
      cell: cell.name,
      variant: cell.variant,
      group: cell.group,
      axis: cell.axis,
      axisValue: cell.axisValue,
      repetition: cell.repetition,
      server: cell.server,
      connections: cell.connections,
      clients: cell.clients,
      servers: cell.servers,
      startedAt: this.#startedAt,
    };
  }

  #evidence(client: ClientSummary | null): RepetitionResult["evidence"] {
    const host = { before: this.#hostBefore, after: lookAtHost() };
    return {
      ...describeSides(client, this.#server, this.#clients, { nodes: this.#nodes, host }),
      ...(this.#stand?.calls ?? NO_SAMPLE),
      held: this.#held,
      resultBytes: measureFolder(this.#folder),
      tcp: this.#tcpCounts,
    };
  }

  /** Accounts of the nodes of a swarm; none where all ran on this machine. */
  get #nodes(): NodeEvidence[] {
    return describeNodes([
      ...nameServices("server", this.#server.services),
      ...nameServices("client", this.#clients.services),
    ]);
  }

  get #tcpCounts(): TcpCounts {
    return this.#engine.remote ? sumTcpCounts(this.#nodes) : this.#tcp;
  }
}

/** Returns the memory of processes in their latest samples, without what they share; null where that is not known of all. */
function sumOwnKiB(services: readonly Service[]): number | null {
  return services.reduce<number | null>((sum, { samples }) => {
    const ownKiB = samples.at(-1)?.ownKiB;
    return sum === null || ownKiB === undefined ? null : sum + ownKiB;
  }, 0);
}

/** Returns the size of the files in a folder. */
function measureFolder(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
