import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDurationMs, parseRange } from "@c10k-lab/cli";
import { ClientSummary, type ListeningLine } from "@c10k-lab/protocol";
import { mergeSummaries } from "@c10k-lab/stats";
import { clientName } from "./client-files.ts";
import type { Engine, Job } from "./engines/engine.ts";
import type { Cell, Plan } from "./plan.ts";
import type { Processors } from "./processors.ts";

/** Beyond what the plan asks for: start, connect, time-outs of the client. */
const CLIENT_SLACK_MS = 90_000;
/** Several clients agree on an instant to begin at: by then all must have started and connected, one core between them. */
const START_MS = 3000;
const START_EACH_MS = 1200;
const CONNECT_EACH_MS = 1;

export function serverJob(cell: Cell, folder: string, engine: Engine, processors: Processors | null): Job {
  return {
    app: cell.server,
    name: "server",
    args: ["--port", "0", ...cell.args, "--stats", engine.pathOf(folder, "server.csv")],
    folder,
    processors: processors?.server ?? null,
    connections: cell.connections,
  };
}

/** The cell's connections, spread over its clients. */
export function clientJobs(
  { connections, clients }: Cell,
  { durationMs, load }: Plan,
  folder: string,
  engine: Engine,
  where: { listening: ListeningLine; processors: Processors | null },
): { jobs: Job[]; startsInMs: number } {
  const { host, port } = where.listening;
  const startsInMs =
    clients === 1 ? 0 : START_MS + clients * START_EACH_MS + Math.ceil(connections * CONNECT_EACH_MS);
  const startAt = clients === 1 ? [] : ["--start-at", new Date(Date.now() + startsInMs).toISOString()];
  const jobs = Array.from({ length: clients }, (_, index): Job => {
    const name = clientName(index + 1, clients);
    const share = Math.floor(connections / clients) + (index < connections % clients ? 1 : 0);
    const asked = ["--connections", String(share), "--duration", `${durationMs}ms`];
    const further = Object.entries(load).flatMap(([option, value]) => [`--${option}`, value]);
    // Different texts and times, so that an echo of another client's message is recognised.
    const seed = clients === 1 ? [] : ["--seed", String(index + 1)];
    const files = ["--stats", engine.pathOf(folder, `${name}.csv`)];
    const summary = ["--summary", engine.pathOf(folder, `${name}.json`)];
    return {
      app: "client",
      name,
      args: [
        "--host",
        host,
        "--port",
        String(port),
        ...asked,
        ...further,
        ...startAt,
        ...seed,
        ...files,
        ...summary,
      ],
      folder,
      processors: where.processors?.client ?? null,
      connections: share,
    };
  });
  return { jobs, startsInMs };
}

/** How long the clients of a cell may take: what they are asked for, ramp and hold included, and some slack. */
export function clientBoundMs({ connections }: Cell, { durationMs, load }: Plan, startsInMs: number): number {
  const holdMs = load.hold === undefined ? 0 : parseRange(load.hold, parseDurationMs).to;
  const rampMs = (1000 * connections) / Number(load["connect-rate"] ?? Number.POSITIVE_INFINITY);
  return startsInMs + rampMs + durationMs + holdMs + CLIENT_SLACK_MS;
}

/** What all clients of a cell measured, as one; null when one of them died before it could write it. */
export function readSummaries({ clients }: Cell, folder: string): ClientSummary | null {
  try {
    const names = Array.from({ length: clients }, (_, index) => clientName(index + 1, clients));
    const summaries = names.map((name) =>
      ClientSummary.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"))),
    );
    return summaries.length === 1 ? (summaries[0] ?? null) : mergeSummaries(summaries);
  } catch {
    return null; // Its exit tells how it died.
  }
}
