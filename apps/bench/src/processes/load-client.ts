import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Range } from "@c10k-lab/cli";
import { ClientSummary, LatencySummary } from "@c10k-lab/protocol";
import type { Child } from "./child.ts";
import type { Children } from "./children.ts";
import { cpuTimeUs } from "./cpu-time.ts";
import type { EchoServer } from "./echo-server.ts";
import { BENCH, CLIENT } from "./servers.ts";

/** Beyond the duration: start, connect, time-outs. */
const SLACK_MS = 90_000;

/** What a client is told to do. */
export interface Load {
  readonly connections: number;
  readonly durationMs: number;
  /** Length of the messages; undefined for the client's own text. */
  readonly sizeBytes: Range | undefined;
  /** Pause before the next message. */
  readonly thinkMs: Range | undefined;
}

const Results = ClientSummary.shape.achieved
  .pick({ messages: true, messagesPerSecond: true })
  .extend({ latencyUs: LatencySummary.pick({ p50: true, p90: true, p99: true }) });
export type Results = ReturnType<typeof Results.parse>;

/** A program that puts load on a server and says how it was served. */
export interface LoadClient {
  readonly name: string;
  readonly program: string;
  /** @param folder for files it writes */
  args(port: number, load: Load, folder: string): string[];
  /** Its results, once it has ended well. @throws when there are none */
  results(child: Child, folder: string): Promise<Results>;
}

/** apps/client. */
export const TYPESCRIPT_CLIENT: LoadClient = {
  name: "TypeScript",
  program: CLIENT,
  args: (port, { connections, durationMs, sizeBytes, thinkMs }, folder) => [
    ...["--port", String(port), "--connections", String(connections), "--duration", `${durationMs}ms`],
    ...["--summary", join(folder, "client.json")],
    ...(sizeBytes ? ["--size", `${sizeBytes.from}..${sizeBytes.to}`] : []),
    ...(thinkMs ? ["--think", `${thinkMs.from}ms..${thinkMs.to}ms`] : []),
  ],
  results: async (_child, folder) => {
    const summary = ClientSummary.parse(JSON.parse(readFileSync(join(folder, "client.json"), "utf8")));
    return { ...summary.achieved, latencyUs: summary.latencyUs.response };
  },
};

/** native/clients/c-client.c. */
export const C_CLIENT: LoadClient = {
  name: "C",
  program: join(BENCH, "build/c-client"),
  args: (port, { connections, durationMs, sizeBytes, thinkMs }) => [
    ...["--port", String(port), "--connections", String(connections), "--duration-ms", String(durationMs)],
    ...(sizeBytes ? ["--size", `${sizeBytes.from}..${sizeBytes.to}`] : []),
    ...(thinkMs ? ["--think-us", `${thinkMs.from * 1000}..${thinkMs.to * 1000}`] : []),
  ],
  results: async (child) => Results.parse(JSON.parse((await child.firstLine(0)) ?? "")),
};

/**
 * Runs a client from start to end.
 *
 * @throws Error with one sentence when it fails
 */
export async function runClient(
  client: LoadClient,
  server: EchoServer,
  load: Load,
  at: { readonly children: Children; readonly processor: number | undefined; readonly folder: string },
): Promise<Results & { readonly corePercent: number }> {
  const child = at.children.start(client.program, client.args(server.port, load, at.folder), at.processor);
  const [corePercent, code] = await Promise.all([
    coreShare(child, load.durationMs),
    child.endWithin(load.durationMs + SLACK_MS),
  ]);
  if (code !== 0) {
    throw new Error(`the ${client.name} client of ${server.name} ended with ${code}: ${child.lastWords}`);
  }
  return { ...(await client.results(child, at.folder)), corePercent };
}

/** Per cent of a core that a client uses in the midst of its exchange: its start and its end are something else. */
async function coreShare(child: Child, durationMs: number): Promise<number> {
  try {
    await sleep(durationMs * 0.4);
    const before = { us: cpuTimeUs(child.pid), atMs: performance.now() };
    await sleep(durationMs * 0.5);
    const wallUs = (performance.now() - before.atMs) * 1000;
    return ((cpuTimeUs(child.pid) - before.us) / wallUs) * 100;
  } catch {
    return 0; // It has ended already: how, its exit code tells.
  }
}
