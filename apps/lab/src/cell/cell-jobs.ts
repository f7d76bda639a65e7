import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandWords } from "@c10k-lab/cli";
import { numbered, serverOf } from "@c10k-lab/files";
import type { Processors } from "@c10k-lab/process";
import { ClientSummary } from "@c10k-lab/protocol";
import { mergeSummaries } from "@c10k-lab/stats";
import type { Engine, ForeignJob, Job } from "../engines/engine.ts";
import type { Cell } from "../plan/cells.ts";
import { dividedOptions } from "../plan/check-plan.ts";
import { CLIENT, findContract } from "../plan/contracts.ts";
import { type CommandServer, fillIn, type ImageServer } from "../plan/foreign/foreign-server.ts";
import type { Load } from "../plan/load.ts";
import { shareOf } from "../plan/processes.ts";
import type { Address } from "./probe.ts";

/** Time of a client beside its load: start, connect, time-outs. */
const CLIENT_SLACK_MS = 90_000;
/** Several clients begin at one instant: by then all must have started and connected on the one core they share. */
const START_MS = 3000;
const START_EACH_MS = 1200;
const CONNECT_EACH_MS = 1;
/** Time in which a connection is proven again, closed and written, on the core that all clients share. */
const END_EACH_MS = 0.5;

/** Returns the servers of a cell, usually one. */
export function serverJobs(
  { server, options, connections, servers, sharesPort }: Cell,
  folder: string,
  engine: Engine,
  processors: Processors | null,
): Job[] {
  const words = commandWords(options, findContract(server)?.options ?? {});
  const host = engine.remote ? ["--host", engine.remote.host] : [];
  return replicasOf(servers).map((replica) => {
    const name = numbered("server", replica, servers);
    return {
      app: server,
      name,
      args: [
        ...placeWords(0, sharesPort),
        ...host,
        ...words,
        "--stats",
        engine.pathOf(folder, `${name}.csv`, server),
      ],
      folder,
      processors: processors?.server ?? null,
      connections: shareOf(connections, replica, servers),
    };
  });
}

function placeWords(port: number, sharesPort = false): string[] {
  return ["--port", String(port), ...(sharesPort ? ["--reuse-port"] : [])];
}

/** Returns a server's job on the port that the first server of the cell has got. */
export function onPort(job: Job, port: number): Job {
  const [, , ...words] = job.args;
  return { ...job, args: [...placeWords(port), ...words] };
}

/** Returns the servers of a cell whose server is a command or an image. @param ports one for each */
export function foreignJobs(
  { server: app, connections, servers }: Cell,
  server: CommandServer | ImageServer,
  ports: readonly number[],
  folder: string,
  engine: Engine,
  processors: Processors | null,
): ForeignJob[] {
  return ports.map((port, index) => {
    const name = numbered("server", index + 1, servers);
    return {
      app,
      name,
      server: fillIn(server, { port, stats: engine.pathOf(folder, `${name}.csv`, app) }),
      folder,
      processors: processors?.server ?? null,
      connections: shareOf(connections, index + 1, servers),
    };
  });
}

/** Servers to connect to, and everything else that is decided when a cell runs. */
interface Surroundings {
  readonly listening: readonly Address[];
  readonly processors: Processors | null;
  /** Addresses for --control, by client; none where the lab does not direct the load. */
  readonly controls: readonly string[];
  /** Addresses for --gate, by client; none where clients begin by themselves or at a moment. */
  readonly gates?: readonly string[];
}

/** Returns the clients of a cell. They share its connections; of several servers each client has one. */
export function clientJobs(
  cell: Cell,
  folder: string,
  engine: Engine,
  where: Surroundings,
): { jobs: Job[]; startsInMs: number } {
  const { connections, clients } = cell;
  const startsInMs = clients === 1 ? 0 : startMs(cell, engine);
  // Clients that the lab directs, or that wait at its gate, begin at its order.
  const isTimed = clients > 1 && where.controls.length === 0 && !where.gates?.length;
  const startAt = isTimed ? ["--start-at", new Date(Date.now() + startsInMs).toISOString()] : [];
  const jobs = replicasOf(clients).map((replica): Job => {
    const name = numbered("client", replica, clients);
    const files = [
      ...["--stats", engine.pathOf(folder, `${name}.csv`, "client")],
      ...["--summary", engine.pathOf(folder, `${name}.json`, "client")],
    ];
    return {
      app: "client",
      name,
      args: [...loadWords(cell, replica, where), ...startAt, ...files],
      folder,
      processors: where.processors?.client ?? null,
      connections: shareOf(connections, replica, clients),
    };
  });
  return { jobs, startsInMs };
}

function startMs({ clients, connections }: Cell, { remote }: Engine): number {
  return (
    START_MS + (remote?.startMs ?? 0) + clients * START_EACH_MS + Math.ceil(connections * CONNECT_EACH_MS)
  );
}

/** Returns one client's part of the load as words of its command line. */
function loadWords(
  { connections, clients, load }: Cell,
  replica: number,
  { listening, controls, gates = [] }: Surroundings,
): string[] {
  const { host = "", port = 0 } = listening[serverOf(replica, listening.length) - 1] ?? {};
  const [control, gate] = [controls[replica - 1], gates[replica - 1]];
  return [
    ...["--host", host, "--port", String(port)],
    ...["--connections", String(shareOf(connections, replica, clients))],
    ...commandWords(divideLoad(load, replica, clients), CLIENT.options),
    ...(control === undefined ? [] : ["--control", control]),
    ...(gate === undefined ? [] : ["--gate", gate]),
    // Different texts and times, so that an echo of another client's message is recognised.
    ...(clients === 1 ? [] : ["--seed", String(replica)]),
  ];
}

/** Returns the numbers 1, 2, … */
function replicasOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Returns one client's part of the load: some options are numbers for all clients together. */
function divideLoad(load: Load, replica: number, clients: number): Load {
  const parts = dividedOptions(load).map(([name, setting]) => {
    const value = shareOf(setting.value, replica, clients);
    return [name, { ...setting, value, text: String(value) }];
  });
  return { ...load, ...Object.fromEntries(parts) };
}

/** Returns how long the clients of a cell may take: ramp, duration and hold, and some slack; in ms. */
export function clientBoundMs({ connections, load }: Cell, startsInMs: number): number {
  const holdMs = load.holdMs?.value.to ?? 0;
  const durationMs = load.durationMs?.value ?? 0;
  const rampMs = (1000 * connections) / (load.connectRate?.value ?? Number.POSITIVE_INFINITY);
  return startsInMs + rampMs + durationMs + holdMs + END_EACH_MS * connections + CLIENT_SLACK_MS;
}

/** Returns the merged summaries of a cell's clients; null when a client died before it wrote its own. */
export function readSummaries({ clients }: Cell, folder: string): ClientSummary | null {
  try {
    const summaries = replicasOf(clients).map((replica) => {
      const path = join(folder, `${numbered("client", replica, clients)}.json`);
      return ClientSummary.parse(JSON.parse(readFileSync(path, "utf8")));
    });
    return summaries.length === 1 ? (summaries[0] ?? null) : mergeSummaries(summaries);
  } catch {
    return null; // The exit of the client says how it died.
  }
}
