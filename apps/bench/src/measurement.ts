import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Range } from "@c10k-lab/cli";
import { ClientSummary, ListeningLine, type ServerName } from "@c10k-lab/protocol";
import { Child } from "./child.ts";
import { cpuTimeUs } from "./cpu-time.ts";
import { CLIENT, type Processors, type Side } from "./servers.ts";

/** A server that has not said it listens by then is broken. */
const READY_MS = 30_000;
/** Beyond the duration: start, connect, time-outs of the client. */
const CLIENT_SLACK_MS = 90_000;
const STOP_MS = 10_000;
/** Descriptors a Node process holds beside its connections, generously. */
const OWN_DESCRIPTORS = 64;

const Listening = ListeningLine.pick({ event: true, port: true, pid: true });

/** What a server is exposed to. */
export interface Load {
  readonly server: ServerName;
  readonly connections: number;
  readonly durationMs: number;
  readonly sizeBytes: Range | undefined;
}

/** What one run of a server shows. */
export interface Figures {
  readonly messagesPerSecond: number;
  /** The server's CPU time, of user and kernel, divided by the client's messages. */
  readonly cpuUsPerMessage: number;
}

/** One server under one load: a new process, the client, the end of both. */
export class Measurement {
  readonly #side: Side;
  readonly #load: Load;
  readonly #processors: Processors | null;
  readonly #children: Child[] = [];

  constructor(side: Side, load: Load, processors: Processors | null) {
    this.#side = side;
    this.#load = load;
    this.#processors = processors;
  }

  /**
   * @param folder for the client's summary
   * @throws Error with one sentence when a process fails
   */
  async run(folder: string): Promise<Figures> {
    const server = this.#start(
      this.#side.program(this.#load.server),
      this.#serverArgs(),
      this.#processors?.server,
    );
    try {
      const line = await server.firstLine(READY_MS);
      if (line === null) throw new Error(`${this.#name} does not listen: ${server.lastWords}`);
      const { port } = Listening.parse(JSON.parse(line));
      const beforeUs = cpuTimeUs(server.pid);
      const { messages, messagesPerSecond } = await this.#runClient(port, join(folder, "client.json"));
      const usedUs = cpuTimeUs(server.pid) - beforeUs;
      const code = await server.stop(STOP_MS);
      if (code !== 0) throw new Error(`${this.#name} ended with ${code}: ${server.lastWords}`);
      return { messagesPerSecond, cpuUsPerMessage: usedUs / messages };
    } finally {
      await this.kill();
    }
  }

  /** Ends both processes now; `run` then throws. */
  async kill(): Promise<void> {
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map((child) => child.exited));
  }

  async #runClient(port: number, summaryPath: string): Promise<ClientSummary["achieved"]> {
    const { connections, durationMs, sizeBytes } = this.#load;
    const size = sizeBytes ? ["--size", `${sizeBytes.from}..${sizeBytes.to}`] : [];
    const client = this.#start(
      CLIENT,
      [
        ...["--port", String(port), "--connections", String(connections)],
        ...["--duration", `${durationMs}ms`, "--summary", summaryPath],
        ...size,
      ],
      this.#processors?.client,
    );
    const code = await client.endWithin(durationMs + CLIENT_SLACK_MS);
    if (code !== 0) throw new Error(`the client of ${this.#name} ended with ${code}: ${client.lastWords}`);
    return ClientSummary.parse(JSON.parse(readFileSync(summaryPath, "utf8"))).achieved;
  }

  #start(program: string, args: readonly string[], processor: number | undefined): Child {
    const child = new Child(program, args, processor);
    this.#children.push(child);
    return child;
  }

  /** Both sides of a pair get bitmaps of the same size: they are copied for every wait. */
  #serverArgs(): string[] {
    const { server, connections } = this.#load;
    const setsize = Math.ceil((connections + OWN_DESCRIPTORS) / 1024) * 1024;
    const own = server === "select" ? ["--fd-setsize", String(setsize)] : [];
    return ["--port", "0", ...own];
  }

  get #name(): string {
    const { server, connections } = this.#load;
    return `${this.#side.name} ${server} with ${connections} connections`;
  }
}
