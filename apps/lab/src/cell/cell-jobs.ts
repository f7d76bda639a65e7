import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDurationMs, parseRange } from "@c10k-lab/cli";
import type { Processors } from "@c10k-lab/process";
import { ClientSummary, type ListeningLine } from "@c10k-lab/protocol";
import { mergeSummaries } from "@c10k-lab/stats";
import type { Engine, Job } from "../engines/engine.ts";
import { numbered, serverOf } from "../evidence/cell-files.ts";
import type { Cell } from "../plan/cells.ts";

/** Beyond what the plan asks for: start, connect, time-outs of the client. */
const CLIENT_SLACK_MS = 90_000;
/** Several clients agree on an instant to begin at: by then all must have started and connected, one core between them. */
const START_MS = 3000;
const START_EACH_MS = 1200;
const CONNECT_EACH_MS = 1;

/** The servers of a cell, most often one. */
export function serverJobs(
  { server, args, connections, servers }: Cell,
  folder: string,
  engine: Engine,
  processors: Processors | null,
): Job[] {
  return replicasOf(servers).map((replica) => {
    const name = numbered("server", replica, servers);
    return {
      app: server,
      name,
      args: ["--port", "0", ...args, "--stats", engine.pathOf(folder, `${name}.csv`)],
      folder,
      processors: processors?.server ?? null,
      connections: shareOf(connections, replica, servers),
    };
  });
}

/** The cell's connections, spread over its clients; where there are several servers each client has one. */
export function clientJobs(
  { connections, clients, load }: Cell,
  folder: string,
  engine: Engine,
  where: { listening: readonly ListeningLine[]; processors: Processors | null },
): { jobs: Job[]; startsInMs: number } {
  const startsInMs =
    clients === 1 ? 0 : START_MS + clients * START_EACH_MS + Math.ceil(connections * CONNECT_EACH_MS);
  const startAt = clients === 1 ? [] : ["--start-at", new Date(Date.now() + startsInMs).toISOString()];
  const jobs = replicasOf(clients).map((replica): Job => {
    const { host = "", port = 0 } = where.listening[serverOf(replica, where.listening.length) - 1] ?? {};
    const name = numbered("client", replica, clients);
    const share = shareOf(connections, replica, clients);
    const further = Object.entries(load).flatMap(([option, value]) =>
      value === true ? [`--${option}`] : [`--${option}`, partOf(option, value, replica, clients)],
    );
    // Different texts and times, so that an echo of another client's message is recognised.
    const seed = clients === 1 ? [] : ["--seed", String(replica)];
    const files = ["--stats", engine.pathOf(folder, `${name}.csv`)];
    const summary = ["--summary", engine.pathOf(folder, `${name}.json`)];
    const target = ["--host", host, "--port", String(port), "--connections", String(share)];
    return {
      app: "client",
      name,
      args: [...target, ...further, ...startAt, ...seed, ...files, ...summary],
      folder,
      processors: where.processors?.client ?? null,
      connections: share,
    };
  });
  return { jobs, startsInMs };
}

/** 1, 2, … */
function replicasOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What one of several gets of a whole number; they differ by one at most. */
export function shareOf(whole: number, replica: number, replicas: number): number {
  return Math.floor(whole / replicas) + (replica <= whole % replicas ? 1 : 0);
}

/** What is meant of all connections together is divided among the clients. */
const SHARED_OPTIONS = ["rate", "connect-rate", "active"];

function partOf(option: string, value: string, replica: number, clients: number): string {
  if (!SHARED_OPTIONS.includes(option) || !/^\d+$/.test(value)) return value;
  return String(shareOf(Number(value), replica, clients));
}

/** How long the clients of a cell may take: what they are asked for, ramp and hold included, and some slack. */
export function clientBoundMs({ connections, load }: Cell, startsInMs: number): number {
  const holdMs = typeof load.hold === "string" ? parseRange(load.hold, parseDurationMs).to : 0;
  const durationMs = typeof load.duration === "string" ? parseDurationMs(load.duration) : 0;
  const rampMs = (1000 * connections) / Number(load["connect-rate"] ?? Number.POSITIVE_INFINITY);
  return startsInMs + rampMs + durationMs + holdMs + CLIENT_SLACK_MS;
}

/** What all clients of a cell measured, as one; null when one of them died before it could write it. */
export function readSummaries({ clients }: Cell, folder: string): ClientSummary | null {
  try {
    const summaries = replicasOf(clients).map((replica) => {
      const path = join(folder, `${numbered("client", replica, clients)}.json`);
      return ClientSummary.parse(JSON.parse(readFileSync(path, "utf8")));
    });
    return summaries.length === 1 ? (summaries[0] ?? null) : mergeSummaries(summaries);
  } catch {
    return null; // Its exit tells how it died.
  }
}
