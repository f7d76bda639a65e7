import { z } from "zod";
import { ClientSummary } from "./client-summary.ts";
import { SERVERS, TCP_COUNTERS } from "./names.ts";
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

/** How a cell ended. A select server that meets its wall of descriptors is `limited`: a result, not a failure. */
export const CELL_STATUSES = ["ok", "limited", "failed", "interrupted"] as const;

/** The books of both sides, to the byte; the client's without what it sent on connections the server refused. */
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
  /** Name of the cell's folder: `epoll-1000`. */
  id: z.string(),
  server: z.enum(SERVERS),
  /** Connections asked for. */
  connections: count,
  startedAt: z.iso.datetime(),
  status: z.enum(CELL_STATUSES),
  /** What a reader should know, in sentences: refusals, errors, overflows. */
  notes: z.array(z.string()),
  /** Processors, or null when not pinned. */
  processors: z.object({ server: z.array(count), client: z.array(count) }).nullable(),
  commands: z.object({ server: z.string(), client: z.string() }),
  /** null when the server or the client died before it could report. */
  listening: ListeningLine.nullable(),
  final: FinalLine.nullable(),
  client: ClientSummary.nullable(),
  reconciliation: Reconciliation.nullable(),
  evidence: z.object({
    /** Every 250 ms or so, from server start to server end. */
    server: z.array(Sample),
    client: z.array(Sample),
    /** Differences over the cell, of the whole network namespace. */
    tcp: z.record(z.enum(TCP_COUNTERS), z.number().int()),
  }),
});
export type CellResult = z.infer<typeof CellResult>;

/** What was run, where and how. `manifest.json` */
export const Manifest = z.object({
  schema: z.literal("c10k-lab/manifest/1"),
  plan: z.string(),
  question: z.string(),
  engine: z.enum(["process"]),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** false when it was interrupted: the cells that are there are whole. */
  complete: z.boolean(),
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
}
