import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Range } from "@c10k-lab/cli";
import { type Child, callAfter, cpuUs } from "@c10k-lab/process";
import { ClientSummary } from "@c10k-lab/protocol";
import type { Children } from "./children.ts";
import { type ClientRun, Results } from "./client-figures.ts";
import { type EchoServer, lastErrorOf } from "./echo-server.ts";
import { BENCH, CLIENT } from "./servers.ts";

/** Time in addition to the duration: start, connect, time-outs. */
const SLACK_MS = 90_000;

/** Options of a client. */
export interface Load {
  readonly connections: number;
  /** Connections that exchange messages; undefined: all. Only the load client knows this option and the next two. */
  readonly active?: number | undefined;
  /** Time before the duration, whose messages are in no clock. */
  readonly warmupMs?: number | undefined;
  /** Each connection is opened for one message and closed; there is no duration then. */
  readonly isChurn?: boolean | undefined;
  /** Messages per second of an open loop; undefined for a closed loop. */
  readonly ratePerSecond: number | undefined;
  readonly durationMs: number;
  /** Length of the messages; undefined for the client's own text. */
  readonly sizeBytes: Range | undefined;
  /** Pause before the next message. */
  readonly thinkMs: Range | undefined;
}

/** A program that loads a server and measures its answers. */
export interface LoadClient {
  readonly name: string;
  readonly program: string;
  /** @param folder for files that the client writes */
  args(port: number, load: Load, folder: string): string[];
  /** Reads the results of a client that has ended with code 0. @throws Error when there are none */
  results(child: Child, folder: string): Promise<Results>;
}

/** apps/client. */
export const TYPESCRIPT_CLIENT: LoadClient = {
  name: "TypeScript",
  program: CLIENT,
  args: (port, load, folder) => [
    ...["--port", String(port), "--connections", String(load.connections)],
    ...(load.isChurn ? ["--no-barrier", "--repeat", "1"] : ["--duration", `${load.durationMs}ms`]),
    ...(load.active === undefined ? [] : ["--active", String(load.active)]),
    ...(load.warmupMs === undefined ? [] : ["--warmup", `${load.warmupMs}ms`]),
    ...listPace(load),
    ...["--summary", join(folder, "client.json")],
  ],
  results: async (_child, folder) => {
    const summary = ClientSummary.parse(JSON.parse(readFileSync(join(folder, "client.json"), "utf8")));
    const { response, intended } = summary.latencyUs;
    return {
      ...summary.achieved,
      latencyUs: response,
      intendedUs: intended.count + intended.failed === 0 ? undefined : intended,
    };
  },
};

function listPace({ ratePerSecond, sizeBytes, thinkMs }: Load): string[] {
  return [
    ...(ratePerSecond ? ["--rate", String(ratePerSecond)] : []),
    ...(sizeBytes ? ["--size", `${sizeBytes.from}..${sizeBytes.to}`] : []),
    ...(thinkMs ? ["--think", `${thinkMs.from}ms..${thinkMs.to}ms`] : []),
  ];
}

/** native/clients/c-client.c. */
export const C_CLIENT: LoadClient = {
  name: "C",
  program: join(BENCH, "build/c-client"),
  args: (port, { connections, ratePerSecond, durationMs, sizeBytes, thinkMs }) => [
    ...["--port", String(port), "--connections", String(connections), "--duration-ms", String(durationMs)],
    ...(ratePerSecond ? ["--rate", String(ratePerSecond)] : []),
    ...(sizeBytes ? ["--size", `${sizeBytes.from}..${sizeBytes.to}`] : []),
    ...(thinkMs ? ["--think-us", `${thinkMs.from * 1000}..${thinkMs.to * 1000}`] : []),
  ],
  results: async (child) => Results.parse(JSON.parse((await child.nextLine(0)) ?? "")),
};

/** Processes, processors and files of a client. */
export interface ClientPlace {
  readonly children: Children;
  readonly processors: readonly number[] | null;
  readonly folder: string;
}

/**
 * Runs a client from start to end.
 *
 * @throws Error with one sentence when the client fails
 */
export async function runClient(
  client: LoadClient,
  server: EchoServer,
  load: Load,
  { children, processors, folder }: ClientPlace,
): Promise<ClientRun> {
  const child = children.start(client.program, client.args(server.port, load, folder), processors);
  const readCorePercent = sampleCore(child, load.durationMs);
  const { code } = await child.endWithin(load.durationMs + SLACK_MS);
  const corePercent = readCorePercent();
  if (code !== 0) {
    throw new Error(`the ${client.name} client of ${server.name} ended with ${code}: ${lastErrorOf(child)}`);
  }
  return { ...(await client.results(child, folder)), corePercent };
}

/** Samples a client's CPU time at 40 and 90 % of the duration. @returns reads its share of a core; 0 if it ended before */
function sampleCore({ pid }: Child, durationMs: number): () => number {
  const samples: { readonly usedMs: number; readonly atMs: number }[] = [];
  const cancels = [0.4, 0.9].map((part) =>
    callAfter(part * durationMs, () => samples.push({ usedMs: cpuUs(pid) / 1000, atMs: performance.now() })),
  );
  return () => {
    for (const cancel of cancels) cancel();
    const [from, to] = samples;
    return from && to ? (100 * (to.usedMs - from.usedMs)) / (to.atMs - from.atMs) : 0;
  };
}
