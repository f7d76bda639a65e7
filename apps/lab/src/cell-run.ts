import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CellResult, ClientSummary, FinalLine, ListeningLine, TCP_COUNTERS } from "@c10k-lab/protocol";
import { commandOf, mainOf } from "./apps.ts";
import { judge } from "./cell-status.ts";
import { Child, type Exit } from "./child.ts";
import type { Cell, Plan } from "./plan.ts";
import { ProcessSampler } from "./process-sampler.ts";
import type { Processors } from "./processors.ts";
import { reconcile } from "./reconcile.ts";
import { bytesSentToRefused } from "./refused-bytes.ts";
import { readTcpCounters, type TcpCounts, tcpCountersSince } from "./tcp-counters.ts";

/** A server that has not said it listens by then is broken. */
const READY_MS = 30_000;
/** Beyond the plan's duration: start, connect, time-outs of the client. */
const CLIENT_SLACK_MS = 90_000;

/**
 * One cell: start the server, wait until it says that it listens, run the client, stop the server, read what both wrote.
 * Every wait is bounded, and whatever dies or hangs, what there is of evidence is kept.
 */
export class CellRun {
  readonly #cell: Cell;
  readonly #plan: Plan;
  readonly #folder: string;
  readonly #processors: Processors | null;
  readonly #startedAt = new Date().toISOString();
  #server: Child | undefined;
  #client: Child | undefined;
  #isInterrupted = false;

  /** @param folder the cell's own, which exists */
  constructor(cell: Cell, plan: Plan, folder: string, processors: Processors | null) {
    this.#cell = cell;
    this.#plan = plan;
    this.#folder = folder;
    this.#processors = processors;
  }

  async run(): Promise<CellResult> {
    const serverArgs = ["--port", "0", "--stats", join(this.#folder, "server.csv")];
    const server = new Child(
      mainOf(this.#cell.server),
      serverArgs,
      this.#processors?.server ?? null,
      this.#log("server"),
    );
    this.#server = server;
    const serverSampler = new ProcessSampler(server.pid);
    const listening = parseLine(ListeningLine, await server.nextLine(READY_MS));
    const measured = listening && !this.#isInterrupted ? await this.#load(listening) : NOTHING;
    const exit = await server.stop();
    serverSampler.stop();
    const final = parseLine(FinalLine, await server.nextLine(0));
    return this.#result(listening, final, measured, serverSampler, serverArgs, exit);
  }

  /** Ends both processes early; `run` still returns what was measured. */
  interrupt(): void {
    this.#isInterrupted = true;
    // The client ends its connections first, so that the server has nothing to wait for.
    if (this.#client) this.#client.signal("SIGTERM");
    else this.#server?.signal("SIGTERM");
  }

  /** Ends both processes now. */
  kill(): void {
    this.#client?.signal("SIGKILL");
    this.#server?.signal("SIGKILL");
  }

  async #load(listening: ListeningLine): Promise<Measured> {
    const { durationMs, message } = this.#plan;
    const args = [
      ...["--host", listening.host, "--port", String(listening.port)],
      ...[
        "--connections",
        String(this.#cell.connections),
        "--duration",
        `${durationMs}ms`,
        "--message",
        message,
      ],
      ...["--stats", join(this.#folder, "client.csv"), "--summary", join(this.#folder, "client.json")],
    ];
    const before = readTcpCounters();
    this.#client = new Child(mainOf("client"), args, this.#processors?.client ?? null, this.#log("client"));
    const sampler = new ProcessSampler(this.#client.pid);
    const exit = await this.#client.endWithin(durationMs + CLIENT_SLACK_MS);
    sampler.stop();
    return { args, exit, sampler, tcp: tcpCountersSince(before), summary: this.#readSummary() };
  }

  #readSummary(): ClientSummary | null {
    try {
      return ClientSummary.parse(JSON.parse(readFileSync(join(this.#folder, "client.json"), "utf8")));
    } catch {
      return null; // It died before it could write it: its exit tells how.
    }
  }

  async #result(
    listening: ListeningLine | null,
    final: FinalLine | null,
    measured: Measured,
    serverSampler: ProcessSampler,
    serverArgs: string[],
    serverExit: Exit,
  ): Promise<CellResult> {
    const client = measured.summary;
    const bytesRefused = client && final && final.refused > 0 ? await bytesSentToRefused(this.#folder) : 0;
    const reconciliation = client && final ? reconcile(client, final, bytesRefused) : null;
    const exits = { server: serverExit, client: measured.exit };
    return {
      schema: "c10k-lab/cell/1",
      id: this.#cell.id,
      server: this.#cell.server,
      connections: this.#cell.connections,
      startedAt: this.#startedAt,
      ...judge({
        client,
        final,
        reconciliation,
        exits,
        tcp: measured.tcp,
        isInterrupted: this.#isInterrupted,
      }),
      processors: this.#processors,
      commands: {
        server: commandOf(this.#cell.server, serverArgs),
        client: commandOf("client", measured.args),
      },
      listening,
      final,
      client,
      reconciliation,
      evidence: { server: serverSampler.samples, client: measured.sampler?.samples ?? [], tcp: measured.tcp },
    };
  }

  #log(who: string): string {
    return join(this.#folder, `${who}.log`);
  }
}

interface Measured {
  readonly args: readonly string[];
  readonly exit: Exit | null;
  readonly sampler: ProcessSampler | null;
  readonly tcp: TcpCounts;
  readonly summary: ClientSummary | null;
}

const NOTHING: Measured = {
  args: [],
  exit: null,
  sampler: null,
  tcp: Object.fromEntries(TCP_COUNTERS.map((name) => [name, 0])) as TcpCounts,
  summary: null,
};

function parseLine<T>(schema: { parse(value: unknown): T }, line: string | null): T | null {
  if (line === null) return null;
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return null; // Not the line that was due: the process is in trouble, and its exit and log tell which.
  }
}
