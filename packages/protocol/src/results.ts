import { z } from "zod";
import type { Capacity } from "./capacity.ts";
import { ClientSummary } from "./client-summary.ts";
import { AXES, DOUBT_REASONS, SERVERS, TCP_COUNTERS } from "./names.ts";
import { FinalLine, ListeningLine } from "./server-lines.ts";

const count = z.number().int().nonnegative();

/** One look at a process while a cell ran. Times of CPU are cumulative. */
export const Sample = z.object({
  atMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  rssKiB: count,
  threads: count,
});
export type Sample = z.infer<typeof Sample>;

/** One look of a container engine at a container: what its control group was charged. Times are cumulative. */
export const ContainerSample = z.object({
  atMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  /** Time it was not let run because of a CPU quota. */
  throttledMs: z.number().nonnegative(),
  /** Kernel memory and page cache included: more than the process's RSS. */
  memoryKiB: count,
  pids: count,
});
export type ContainerSample = z.infer<typeof ContainerSample>;

/** What the lab's own connection put into the server's books before the load. */
export const Probe = z.object({ connections: count, messages: count, bytes: count });
export type Probe = z.infer<typeof Probe>;

/** How a cell ended. A select server that meets its wall of descriptors is `limited`: a result, not a failure. */
export const CELL_STATUSES = [
  "ok",
  "limited",
  "failed",
  "interrupted",
  /** It was not over when the time the plan gives it was, and was ended: what was measured by then is kept. */
  "cut-off",
  /** The kernel killed a container at its memory limit. */
  "out-of-memory",
  /** The container engine went away. */
  "engine-lost",
] as const;

/**
 * The books of both sides, to the byte; the client's without what it sent on connections the server refused, the
 * server's without the lab's probe.
 */
export const Reconciliation = z.object({
  balanced: z.boolean(),
  /** One sentence for each pair that differs. */
  differences: z.array(z.string()),
  client: z.object({ connections: count, messages: count, bytesSent: count, bytesReceived: count }),
  server: z.object({ connections: count, requests: count, bytesReceived: count, bytesSent: count }),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** One point of the experiment: one server, one load. `cell.json` */
export const CellResult = z.object({
  schema: z.literal("c10k-lab/cell/1"),
  /** Name of the cell's folder: `epoll-1000`, or `epoll-1000-run-2` where it is run repeatedly. */
  id: z.string(),
  /** The point of the plan it is a run of: `epoll-1000`. */
  name: z.string(),
  /** What is compared, drawn as one line: a server, or a server with certain options. */
  variant: z.string(),
  /** Variants are compared within a group: `as submitted`, `corrected`. null where the plan has none. */
  group: z.string().nullable(),
  /** What the plan varies, and how much of it this is: bytes, connections, messages or connections per second. */
  axis: z.enum(AXES),
  x: z.number().nonnegative(),
  /** 1 for the first run of its point. */
  repeat: count,
  server: z.enum(SERVERS),
  /** Connections asked for, of all clients together. */
  connections: count,
  /** Client processes that shared them. */
  clients: count,
  /** Server processes that shared them; of several the figures are added. */
  servers: count,
  startedAt: z.iso.datetime(),
  status: z.enum(CELL_STATUSES),
  /** What a reader should know, in sentences: refusals, errors, overflows. */
  notes: z.array(z.string()),
  /** Valid: the figures are the server's. Otherwise inconclusive, and why. */
  verdict: z.object({
    valid: z.boolean(),
    reasons: z.array(z.object({ reason: z.enum(DOUBT_REASONS), sentence: z.string() })),
  }),
  /** Processors, or null when not pinned. */
  processors: z.object({ server: z.array(count), client: z.array(count) }).nullable(),
  commands: z.object({ servers: z.array(z.string()), clients: z.array(z.string()) }),
  /** null when the server or a client died before it could report. */
  listening: ListeningLine.nullable(),
  probe: Probe.nullable(),
  final: FinalLine.nullable(),
  /** Several clients' merged: counts added, histograms merged. */
  client: ClientSummary.nullable(),
  reconciliation: Reconciliation.nullable(),
  evidence: z.object({
    /** Every 250 ms or so, from server start to server end. */
    server: z.array(Sample),
    /** By client. */
    clients: z.array(z.array(Sample)),
    /** By the container engine, once a second; empty without one. */
    /** Share of one core while messages were exchanged; null when that was too short to tell. */
    corePercent: z.object({ server: z.number().nullable(), clients: z.number().nullable() }),
    /** Per cent of one core that others took from server start to server end; null when not known. */
    host: z.object({ stolenPercent: z.number(), otherPercent: z.number().nullable() }),
    containers: z.object({ server: z.array(ContainerSample), clients: z.array(z.array(ContainerSample)) }),
    /** Differences over the cell, of the whole network namespace. */
    tcp: z.record(z.enum(TCP_COUNTERS), z.number().int()),
  }),
});
export type CellResult = z.infer<typeof CellResult>;

/** How a run ended. */
export const RUN_OUTCOMES = [
  /** Not yet; or the lab was killed. */
  "running",
  "complete",
  "interrupted",
  /** A server or the client would not take an option of the plan. */
  "bad-plan",
  /** No container engine answered. */
  "no-engine",
  /** An image was missing or could not be built. */
  "no-image",
  /** The container engine would not do what it was asked. */
  "engine-refused",
  /** The container engine went away. */
  "engine-lost",
] as const;

/** What was run, where and how. `manifest.json` */
export const Manifest = z.object({
  schema: z.literal("c10k-lab/manifest/1"),
  plan: z.string(),
  question: z.string(),
  /** Identifies the run: containers are labelled with it. */
  run: z.string(),
  engine: z.enum(["process", "docker"]),
  /** Ids of container images by app. */
  images: z.record(z.string(), z.string()).nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** Whatever it was, the cells that are there are whole. */
  outcome: z.enum(RUN_OUTCOMES),
  /** Why it is not complete, in a sentence. */
  trouble: z.string().nullable(),
  cellsPlanned: count,
  options: z.record(z.string(), z.unknown()),
  software: z.object({ version: z.string(), commit: z.string().nullable(), node: z.string() }),
  machine: z.object({
    kernel: z.string(),
    cpu: z.string(),
    processors: count,
    memoryBytes: count,
    loadAverage: z.array(z.number()),
    fileDescriptors: z.number(),
    /** /proc/sys values by name, as text. */
    sysctls: z.record(z.string(), z.string()),
  }),
});
export type Manifest = z.infer<typeof Manifest>;

/** One row of a client's CSV file, as the report uses it. */
export interface ConnectionRow {
  readonly connection: number;
  readonly connectMs: number | null;
  readonly firstResponseMs: number | null;
  readonly responseMsMean: number | null;
  readonly responseMsMax: number | null;
  readonly requestsCompleted: number;
  readonly outcome: string;
}

/** All a report is made from. */
export interface LabResults {
  readonly manifest: Manifest;
  /** In the order they were run. */
  readonly cells: readonly CellResult[];
  /** By cell id; a cell without a readable file is missing. */
  readonly connections: ReadonlyMap<string, readonly ConnectionRow[]>;
  /** What a search for capacity found; null for every other plan. */
  readonly capacity: Capacity | null;
}
