import { z } from "zod";
import { count } from "../count.ts";
import { AXES, CELL_STATUSES, TCP_COUNTERS } from "../names.ts";
import { ClientSummary } from "../programs/client-summary.ts";
import { FinalLine, ListeningLine, Usage } from "../programs/server-lines.ts";
import type { Capacity } from "./capacity.ts";
import { Doubt, Incident, LedgerDifference } from "./facts.ts";
import type { Findings } from "./findings.ts";
import type { Manifest } from "./manifest.ts";
import { Slice } from "./slices.ts";

/** Sample of a process while a cell ran. CPU time is cumulative. */
export const Sample = z.object({
  atMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  rssKiB: count,
  /** The part of it that is no page of a file: all processes of a program share those. Missing where it is not known. */
  ownKiB: count.optional(),
  threads: count,
  /** Counts of a foreign server, whose processes are counted together; missing for others. */
  processes: count.optional(),
  descriptors: count.optional(),
});
export type Sample = z.infer<typeof Sample>;

/**
 * Usage of all processes of a foreign server, forked ones included: from /proc while they live, and as the kernel adds it
 * up for wait4(2) at their end.
 */
const TreeUsage = Usage.extend({ minorFaults: count, majorFaults: count });

/** System calls of a foreign server during a short sample of its load by strace(1). */
const SampledCalls = z.object({
  /** Messages that the client completed meanwhile, or an estimate by its rate. */
  messages: z.number().nonnegative(),
  durationMs: z.number().positive(),
  /** Number of calls by name. */
  calls: z.record(z.string(), count),
});

/** Reason why the system calls of a foreign server could not be sampled. */
export const CallsRefusal = z.object({
  /**
   * `too-slow`: strace had not attached in time; `ended`: the processes were gone; `no-messages`: none was answered under
   * strace.
   */
  reason: z.enum(["no-strace", "not-permitted", "too-slow", "ended", "no-messages"]),
  /** Last line of strace; empty where it said nothing. */
  answer: z.string(),
});
export type CallsRefusal = z.infer<typeof CallsRefusal>;

/** Sample of a container: charges of its control group. Times are cumulative. */
export const ContainerSample = z.object({
  atMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  /** Time for which a CPU quota kept it from running. */
  throttledMs: z.number().nonnegative(),
  /** Kernel memory and page cache included: more than the process's RSS. */
  memoryKiB: count,
  pids: count,
});
export type ContainerSample = z.infer<typeof ContainerSample>;

/** Fewer connections cost less than what each process takes for itself meanwhile. */
export const MEASURABLE_CONNECTIONS = 10_000;

/** Memory of the processes of one side, without the pages of files that all of them share: before the first connection, and with all of them open. */
const SideMemory = z.object({ processes: count, atRestKiB: count, heldKiB: count });

/** Memory of the connections of a cell while all of them were open and none had sent more than an echo. */
export const HeldMemory = z.object({
  /** Connections open at that moment. */
  connections: count,
  server: SideMemory,
  clients: SideMemory,
  /** Growth of the kernel's memory since the server listened, by the names of /proc/meminfo and of /proc/slabinfo. */
  kernelKiB: z.record(z.string(), z.number().int()),
  slabsKiB: z.record(z.string(), z.number().int()),
});
export type HeldMemory = z.infer<typeof HeldMemory>;

/** Entries of the lab's own connection in the server's ledger. */
export const Probe = z.object({ connections: count, messages: count, bytes: count });
export type Probe = z.infer<typeof Probe>;

/**
 * The ledgers of both sides, to the byte: the client's without bytes sent on refused connections, the server's without
 * the lab's probe.
 */
export const Reconciliation = z.object({
  balanced: z.boolean(),
  differences: z.array(LedgerDifference),
  client: z.object({ connections: count, messages: count, bytesSent: count, bytesReceived: count }),
  server: z.object({ connections: count, requests: count, bytesReceived: count, bytesSent: count }),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** Account of one node of a swarm while the processes of a cell ran on it. */
export const NodeEvidence = z.object({
  node: z.string(),
  /** Names of the processes: `server`, `client-3`. */
  processes: z.array(z.string()),
  /** Span of the account: the life of the process that ran longest. */
  spanMs: z.number().nonnegative(),
  /** Per cent of one core: used by all, given to other guests by the hypervisor, used by other programs. */
  busyPercent: z.number(),
  stolenPercent: z.number(),
  otherPercent: z.number(),
  /** Differences over the span. */
  tcp: z.record(z.enum(TCP_COUNTERS), z.number().int()),
});
export type NodeEvidence = z.infer<typeof NodeEvidence>;

/** One start of server and clients under one load. `cell.json` */
export const RepetitionResult = z.object({
  schema: z.literal("c10k-lab/cell/2"),
  /** Name of its folder: `epoll-1000`, or `epoll-1000-run-2` where the cell has several repetitions. */
  id: z.string(),
  /** The cell that it is a repetition of: `epoll-1000`. */
  cell: z.string(),
  /** A server with its options, under a name: one line in a chart. */
  variant: z.string(),
  /** Variants are compared within a group: `as submitted`, `corrected`. null where the plan has none. */
  group: z.string().nullable(),
  /** The quantity that the plan varies; `axisValue` in bytes, connections, messages or connections per second. */
  axis: z.enum(AXES),
  axisValue: z.number().nonnegative(),
  /** 1 for the first repetition of its cell. */
  repetition: count,
  server: z.string(),
  /**
   * `both`: client and server report theirs. `csv`: a foreign server's CSV file is compared. `client-only`: the server keeps
   * none, so the client's checked bytes are the only account.
   */
  ledger: z.enum(["both", "csv", "client-only"]).default("both"),
  /** Connections asked for, of all clients together. */
  connections: count,
  /** Client processes that shared them. */
  clients: count,
  /** Server processes that shared them; of several the figures are added. */
  servers: count,
  startedAt: z.iso.datetime(),
  status: z.enum(CELL_STATUSES),
  incidents: z.array(Incident),
  /** Reasons why the figures may not be the server's; none of them: the repetition is valid. */
  doubts: z.array(Doubt),
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
  /** Measured intervals of a load that the lab directed; empty where the load was measured from start to end. */
  slices: z.array(Slice).default([]),
  evidence: z.object({
    /** Every 250 ms or so, from server start to server end. */
    server: z.array(Sample),
    /** By client. */
    clients: z.array(z.array(Sample)),
    /** Share of one core while messages were exchanged; null when that was too short to tell. */
    corePercent: z.object({ server: z.number().nullable(), clients: z.number().nullable() }),
    /** Per cent of one core that others took from server start to server end; null when not known. */
    host: z.object({
      stolenPercent: z.number(),
      otherPercent: z.number().nullable(),
      /** Time for which a CPU quota of the lab's control group paused a process; absent in results of 0.1.0. */
      throttledMs: z.number().nonnegative().optional(),
      /** Processors that lab, server and clients had together; absent in results of 0.1.0. */
      processors: z.number().int().positive().optional(),
    }),
    containers: z.object({ server: z.array(ContainerSample), clients: z.array(z.array(ContainerSample)) }),
    /** Usage of a foreign server when it was ready and at its end; null for others and where its processes are not seen. */
    tree: z.object({ ready: TreeUsage, end: TreeUsage }).nullable().default(null),
    /** null where no sample was taken. */
    sampledCalls: SampledCalls.nullable().default(null),
    /** null where a sample was taken, or none was tried. */
    callsRefusal: CallsRefusal.nullable().default(null),
    /** null where the clients did not wait for each other: one client, slices, no barrier. */
    held: HeldMemory.nullable().optional(),
    /** Time from the stop signal to the end of the last server; null where it was not measured. */
    stopMs: count.nullable().optional(),
    /** Size of the cell's other files. */
    resultBytes: count.optional(),
    /** By node of the swarm; empty where all ran on the lab's machine. `host` is then the worst of them. */
    nodes: z.array(NodeEvidence).default([]),
    /** Differences over the cell, of the whole network namespace; the sum of all nodes of a swarm. */
    tcp: z.record(z.enum(TCP_COUNTERS), z.number().int()),
  }),
});
export type RepetitionResult = z.infer<typeof RepetitionResult>;

/** One row of a client's CSV file, as the report uses it. */
export interface ConnectionRow {
  /** 0 for a connection that stayed idle and ended well. */
  readonly connection: number;
  readonly firstResponseMs: number | null;
  readonly responseMsMean: number | null;
  readonly responseMsMax: number | null;
  readonly outcome: string;
}

/** A file of an experiment that is left out of a report. */
export interface Damage {
  /** Path below the results folder. */
  readonly file: string;
  /** The rest of a sentence that begins with the file. */
  readonly fault: string;
}

/** Everything a report is made from. */
export interface LabResults {
  readonly manifest: Manifest;
  /** Repetitions in the order they were made. */
  readonly repetitions: readonly RepetitionResult[];
  /** By cell id; a cell without a readable file is missing. */
  readonly connections: ReadonlyMap<string, readonly ConnectionRow[]>;
  /** Results of a search for capacity; null for every other plan. */
  readonly capacity: Capacity | null;
  /** Answers that the lab has found; null where nothing was measured in slices. */
  readonly findings: Findings | null;
  readonly damages: readonly Damage[];
}
