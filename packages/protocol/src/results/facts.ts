import { z } from "zod";
import { count } from "../count.ts";
import { CELL_STATUSES, CLOSE_REASONS, OUTCOMES } from "../names.ts";
import { Percentile } from "../programs/client-summary.ts";

/**
 * Facts as results hold them: a discriminating name and numbers with their units, never a sentence. The package `words`
 * turns them into English.
 */

const percent = z.number().nonnegative();

/** A program of a cell: `server`, or `client-3` where there are several. Its log is `<process>.log`. */
const process = z.string();
/** Text that another program wrote, quoted as it is. */
const quotation = z.string();

/** The reason why an experiment could not go on. */
export const Trouble = z.discriminatedUnion("trouble", [
  /** No container engine answers at this address. */
  z.object({ trouble: z.literal("no-engine"), address: z.string(), error: quotation }),
  /** The engine starts programs, and none of them is on the network of the lab. */
  z.object({ trouble: z.literal("engine-elsewhere"), address: z.string() }),
  /** The user may not talk to the container engine. */
  z.object({ trouble: z.literal("no-permission"), address: z.string() }),
  /** `service` of compose.yaml that builds it; null for an image that is not the lab's. */
  z.object({ trouble: z.literal("image-missing"), image: z.string(), service: z.string().nullable() }),
  z.object({ trouble: z.literal("build-failed"), command: z.string(), answer: quotation }),
  z.object({ trouble: z.literal("engine-refused"), request: z.string(), answer: quotation }),
  /** The container engine stopped answering: at a request, or while a cell ran. */
  z.object({
    trouble: z.literal("engine-lost"),
    request: z.string().nullable(),
    cell: z.string().nullable(),
  }),
  /** The engine is in no swarm, or its node is no manager, which alone starts services. */
  z.object({ trouble: z.literal("no-swarm"), address: z.string() }),
  z.object({ trouble: z.literal("not-manager"), address: z.string() }),
  /** No node that is ready meets the request for the server's node, or for those of the clients. */
  z.object({
    trouble: z.literal("too-few-nodes"),
    side: z.enum(["server", "clients"]),
    /** The request; null where it is the default. */
    wanted: z.string().nullable(),
    /** Names of all nodes that are ready. */
    ready: z.array(z.string()),
  }),
  z.object({ trouble: z.literal("image-not-on-node"), image: z.string(), node: z.string() }),
  /** A node could not be surveyed from the lab or from another node. */
  z.object({ trouble: z.literal("node-silent"), node: z.string(), address: z.string(), answer: quotation }),
  z.object({
    trouble: z.literal("clocks-apart"),
    node: z.string(),
    /** The node whose clock it was compared with. */
    reference: z.string(),
    offsetMs: z.number(),
    errorMs: z.number(),
    limitMs: z.number(),
  }),
  /** A task of the swarm ended before it ran, or did not run in time. */
  z.object({ trouble: z.literal("task-not-started"), process, state: z.string(), answer: quotation }),
  /** A program did not accept an option of the plan. */
  z.object({ trouble: z.literal("option-refused"), process, answer: quotation }),
]);
export type Trouble = z.infer<typeof Trouble>;

/** Entries of the two ledgers that should be equal and differ: connections, messages or bytes. */
export const LedgerDifference = z.object({
  entry: z.enum(["connections", "messages", "bytes-to-server", "bytes-to-client"]),
  client: count,
  server: count,
});
export type LedgerDifference = z.infer<typeof LedgerDifference>;

/** A connection that failed: its account, and the text around the first wrong byte. */
export const FirstFailure = z.object({
  connection: count,
  messages: count,
  bytesSent: count,
  bytesReceived: count,
  sent: quotation.nullable(),
  received: quotation.nullable(),
});
export type FirstFailure = z.infer<typeof FirstFailure>;

/** Something that happened in a repetition and that a reader of its figures should know. */
export const Incident = z.discriminatedUnion("incident", [
  z.object({ incident: z.literal("interrupted") }),
  z.object({ incident: z.literal("trouble"), trouble: Trouble }),
  /** The plan's time was over while connections still exchanged messages. */
  z.object({ incident: z.literal("cut-off"), afterMs: count, connectionsLeft: count }),
  /** The server listened, but did not echo the lab's probe. */
  z.object({
    incident: z.literal("no-echo"),
    /** First bytes sent, and what came back; missing in results of before 0.2. */
    sent: quotation.optional(),
    received: quotation.optional(),
    /** Error of the system, or the end of the connection. */
    end: z.string().optional(),
  }),
  /** A foreign server gave no sign within the time that it is ready. */
  z.object({ incident: z.literal("not-ready"), process, afterMs: count, answer: quotation }),
  /** A foreign server ended before it was told to. */
  z.object({
    incident: z.literal("ended-early"),
    process,
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    answer: quotation,
  }),
  /** A foreign server took more of the machine than one may, and was killed; `memory` and `disk` count MiB. */
  z.object({
    incident: z.literal("over-limit"),
    process,
    limit: z.enum(["processes", "threads", "memory", "disk", "files"]),
    count,
    allowed: count,
  }),
  /** A foreign server kept its end of the lab's probe open after the FIN. */
  z.object({ incident: z.literal("stays-open"), process }),
  /** A foreign server did not end at its stop signal, so it was killed. */
  z.object({ incident: z.literal("stop-ignored"), process, afterMs: count }),
  /** Processes that a foreign server left at its end; they were killed. */
  z.object({ incident: z.literal("left-behind"), process, processes: count }),
  z.object({ incident: z.literal("out-of-memory"), process }),
  /** The node of a task left the swarm, or stopped answering its managers. */
  z.object({ incident: z.literal("node-lost"), process, node: z.string() }),
  /** The swarm started a task a second time: its ledger is incomplete. */
  z.object({ incident: z.literal("restarted"), process, node: z.string() }),
  /** Files of a process did not arrive whole: their length or hash was wrong, or they are missing. */
  z.object({ incident: z.literal("results-lost"), process, node: z.string(), files: z.array(z.string()) }),
  /** A process ended before it had reported its totals. */
  z.object({
    incident: z.literal("died"),
    process,
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    answer: quotation,
  }),
  /** A process ended well, but its totals do not have this version's form. */
  z.object({ incident: z.literal("no-totals"), process }),
  z.object({
    incident: z.literal("refused"),
    reason: z.enum(CLOSE_REASONS),
    connections: count,
    asked: count,
  }),
  /** accept4(2) failed for lack of a resource, by error name; the most connections that were open. */
  z.object({ incident: z.literal("accept-failed"), errors: z.record(z.string(), count), open: count }),
  /** Connections that ended otherwise than ok. */
  z.object({
    incident: z.literal("failed"),
    outcome: z.enum(OUTCOMES),
    connections: count,
    /** The first of them in the client's CSV file, and the bytes at the first difference where there was one. */
    first: FirstFailure.nullable().optional(),
  }),
  z.object({ incident: z.literal("ledgers-differ"), differences: z.array(LedgerDifference) }),
  z.object({ incident: z.literal("listen-overflow"), times: count }),
  z.object({ incident: z.literal("retransmission-timeout"), times: count }),
]);
export type Incident = z.infer<typeof Incident>;

/** A reason why a figure may not be the server's, with the measurement that raised it. */
export const Doubt = z.discriminatedUnion("reason", [
  z.object({ reason: z.literal("status"), status: z.enum(CELL_STATUSES) }),
  z.object({ reason: z.literal("ledgers") }),
  z.object({ reason: z.literal("not-held"), held: count, asked: count }),
  z.object({ reason: z.literal("client-limit"), corePercent: percent }),
  z.object({ reason: z.literal("loop-lag"), turnP99Us: percent, responseP99Us: percent }),
  z.object({ reason: z.literal("send-lag"), lagP99Us: percent, intendedP99Us: percent }),
  /** `node` is the one of a swarm. */
  z.object({ reason: z.literal("stolen"), percent, node: z.string().optional() }),
  z.object({ reason: z.literal("busy-host"), percent, node: z.string().optional() }),
  z.object({ reason: z.literal("throttled"), throttledMs: count }),
  z.object({ reason: z.literal("one-processor") }),
  z.object({ reason: z.literal("listen-overflow"), times: count }),
]);
export type Doubt = z.infer<typeof Doubt>;

const acceptErrors = z.record(z.string(), count);

/** Evidence against more load, in a trial that failed. */
export const Signal = z.discriminatedUnion("signal", [
  /** Connections refused for their descriptor's number, or errors of accept4(2) by name. */
  z.object({ signal: z.literal("fd-wall"), refused: count, asked: count, acceptErrors }),
  z.object({ signal: z.literal("thread-limit"), refused: count }),
  /** The kernel killed a process, or accept4(2) failed for lack of memory. */
  z.object({ signal: z.literal("memory"), process: process.nullable(), acceptErrors }),
  /** Connections the client had no descriptor or no local port for, or how the client died. */
  z.object({
    signal: z.literal("client-resources"),
    withoutDescriptor: count,
    withoutPort: count,
    death: Incident.nullable(),
  }),
  z.object({ signal: z.literal("listen-overflow"), times: count }),
  /** Connections that ended otherwise than ok, by outcome; or why the load cannot be vouched for. */
  z.object({
    signal: z.literal("failures"),
    asked: count,
    outcomes: z.partialRecord(z.enum(OUTCOMES), count),
    incident: Incident.nullable(),
    doubt: Doubt.nullable(),
  }),
  z.object({ signal: z.literal("client-limit"), doubt: Doubt }),
  z.object({ signal: z.literal("cpu"), corePercent: percent }),
  z.object({
    signal: z.literal("rate"),
    offeredPerSecond: count,
    answeredPercent: percent,
    objectivePercent: percent,
  }),
  /** Milliseconds; null where no response time was measured. */
  z.object({ signal: z.literal("latency"), p99Ms: Percentile, objectiveMs: z.number() }),
]);
export type Signal = z.infer<typeof Signal>;

/** The upper end of a search, and the reason why it lies there. */
export const Bound = z.discriminatedUnion("bound", [
  z.object({ bound: z.literal("plan"), value: count }),
  /** RLIMIT_NOFILE of a process, less the descriptors it needs for itself. */
  z.object({ bound: z.literal("descriptors"), value: count, limit: count, own: count }),
  /** With more connections some would have no message due. */
  z.object({ bound: z.literal("load"), value: count, durationMs: count, ratePerSecond: count }),
  /** net.ipv4.ip_local_port_range */
  z.object({ bound: z.literal("ports"), value: count }),
  /** The first value that could not be tried, and why. */
  z.object({ bound: z.literal("signal"), value: count, signal: Signal }),
]);
export type Bound = z.infer<typeof Bound>;
