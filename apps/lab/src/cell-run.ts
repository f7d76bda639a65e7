import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CellResult,
  type ClientSummary,
  FinalLine,
  ListeningLine,
  type Probe,
  type Usage,
} from "@c10k-lab/protocol";
import { clientBoundMs, clientJobs, readSummaries, serverJob } from "./cell-jobs.ts";
import { judge } from "./cell-status.ts";
import { busiestCorePercent } from "./core-share.ts";
import { type Engine, EngineTrouble, type Exit, type Service } from "./engines/engine.ts";
import { lookAtHost, takenByOthers } from "./host-look.ts";
import type { Cell, Plan } from "./plan.ts";
import { probe } from "./probe.ts";
import type { Processors } from "./processors.ts";
import { reconcile } from "./reconcile.ts";
import { bytesSentToRefused } from "./refused-bytes.ts";
import { NO_TCP_COUNTS, readTcpCounters, tcpCountersSince } from "./tcp-counters.ts";
import { verdictOf } from "./verdict.ts";

/** A server that has not said it listens by then is broken. */
const READY_MS = 30_000;

/**
 * One cell: start the server, wait until it says that it listens and echoes, run the clients, stop the server, read what
 * all wrote. Every wait is bounded, and whatever dies or hangs, what there is of evidence is kept.
 */
export class CellRun {
  readonly #cell: Cell;
  readonly #plan: Plan;
  readonly #folder: string;
  readonly #engine: Engine;
  readonly #processors: Processors | null;
  readonly #startedAt = new Date().toISOString();
  readonly #hostBefore = lookAtHost();
  #clients: Service[] = [];
  #server: Service | undefined;
  #isInterrupted = false;
  #commands = { server: "", clients: [] as string[] };
  #listening: ListeningLine | null = null;
  #probe: Probe | null = null;
  #tcp = NO_TCP_COUNTS;
  #final: FinalLine | null = null;
  #exits: { server: Exit | null; clients: Exit[] } = { server: null, clients: [] };
  #trouble: EngineTrouble | null = null;

  /** @param folder the cell's own, which exists */
  constructor(cell: Cell, plan: Plan, folder: string, engine: Engine, processors: Processors | null) {
    this.#cell = cell;
    this.#plan = plan;
    this.#folder = folder;
    this.#engine = engine;
    this.#processors = processors;
  }

  /** What the engine could not do, if that ended the cell. */
  get trouble(): EngineTrouble | null {
    const isLost = [this.#exits.server, ...this.#exits.clients].some((exit) => exit?.cause === "engine-lost");
    if (!isLost) return this.#trouble;
    return new EngineTrouble("engine-lost", `The Docker engine went away while ${this.#cell.id} ran.`);
  }

  async run(): Promise<CellResult> {
    try {
      await this.#serve();
    } catch (error) {
      if (!(error instanceof EngineTrouble)) throw error;
      this.#trouble = error;
    }
    return this.#result();
  }

  /** Ends both sides early; `run` still returns what was measured. */
  interrupt(): void {
    this.#isInterrupted = true;
    // The clients end their connections first, so that the server has nothing to wait for.
    if (this.#clients.length === 0) this.#server?.signal("SIGTERM");
    for (const client of this.#clients) client.signal("SIGTERM");
  }

  /** Ends both sides now. */
  kill(): void {
    for (const service of [...this.#clients, this.#server]) service?.signal("SIGKILL");
  }

  async #serve(): Promise<void> {
    const job = serverJob(this.#cell, this.#folder, this.#engine, this.#processors);
    this.#commands.server = this.#engine.commandOf(job);
    const server = await this.#engine.start(job);
    this.#server = server;
    try {
      this.#listening = parseLine(ListeningLine, await server.nextLine(READY_MS));
      this.#probe = this.#listening && (await probe(this.#listening));
      if (this.#listening && this.#probe && !this.#isInterrupted) await this.#load(this.#listening);
    } finally {
      this.#exits.server = await server.stop();
      this.#final = parseLine(FinalLine, await server.nextLine(0));
    }
  }

  async #load(listening: ListeningLine): Promise<void> {
    const { jobs, startsInMs } = clientJobs(this.#cell, this.#plan, this.#folder, this.#engine, {
      listening,
      processors: this.#processors,
    });
    this.#commands.clients = jobs.map((job) => this.#engine.commandOf(job));
    const before = readTcpCounters();
    const starts = await Promise.allSettled(
      jobs.map(async (job) => {
        const client = await this.#engine.start(job);
        this.#clients.push(client);
        return client;
      }),
    );
    // They came as they were ready; from here on the first is client-1.
    this.#clients = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const failed = starts.find((start) => start.status === "rejected");
    if (failed || this.#isInterrupted) for (const client of this.#clients) client.signal("SIGTERM");
    const timeoutMs = clientBoundMs(this.#cell, this.#plan, startsInMs);
    this.#exits.clients = await Promise.all(this.#clients.map((client) => client.endWithin(timeoutMs)));
    this.#tcp = tcpCountersSince(before);
    if (failed) throw failed.reason;
  }

  async #result(): Promise<CellResult> {
    const client = readSummaries(this.#cell, this.#folder);
    const [probe, final] = [this.#probe, this.#final];
    const bytesRefused = client && final && final.refused > 0 ? await bytesSentToRefused(this.#folder) : 0;
    const reconciliation =
      client && final && probe ? reconcile(client, final, { probe, bytesRefused }) : null;
    const { id, name, variant, repeat, server, connections, clients } = this.#cell;
    const result = {
      schema: "c10k-lab/cell/1" as const,
      ...{ id, name, variant, repeat, server, connections, clients },
      startedAt: this.#startedAt,
      ...judge({
        client,
        listening: this.#listening,
        probe,
        final,
        reconciliation,
        exits: this.#exits,
        lastWords: (who) => lastLineOf(join(this.#folder, `${who}.log`)),
        tcp: this.#tcp,
        trouble: this.trouble,
        isInterrupted: this.#isInterrupted,
      }),
      processors: this.#processors,
      commands: this.#commands,
      listening: this.#listening,
      probe,
      final,
      client,
      reconciliation,
      evidence: this.#evidence(client),
    };
    return { ...result, verdict: verdictOf(result) };
  }

  #evidence(client: ClientSummary | null): CellResult["evidence"] {
    const server = [...(this.#server?.samples ?? [])];
    const clients = this.#clients.map(({ samples }) => [...samples]);
    const spanMs = client?.achieved.messagingMs ?? 0;
    const ownMs = client && this.#final ? (cpuUs(client.usage) + cpuUs(this.#final.usage)) / 1000 : null;
    return {
      server,
      clients,
      corePercent: {
        server: busiestCorePercent(server, spanMs),
        clients: client?.loop.cpuShare == null ? null : 100 * client.loop.cpuShare,
      },
      host: takenByOthers(this.#hostBefore, lookAtHost(), ownMs),
      containers: {
        server: [...(this.#server?.containerSamples ?? [])],
        clients: this.#clients.map(({ containerSamples }) => [...containerSamples]),
      },
      tcp: this.#tcp,
    };
  }
}

function lastLineOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? "";
  } catch {
    return "";
  }
}

function cpuUs({ userUs, systemUs }: Usage): number {
  return userUs + systemUs;
}

function parseLine<T>(schema: { parse(value: unknown): T }, line: string | null): T | null {
  if (line === null) return null;
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return null; // Not the line that was due: the process is in trouble, and its exit and log tell which.
  }
}
