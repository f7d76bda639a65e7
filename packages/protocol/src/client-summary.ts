import { z } from "zod";
import { OUTCOMES } from "./names.ts";
import { Usage } from "./server-lines.ts";

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

/** Microseconds; null where nothing was measured. */
export const LatencySummary = z.object({
  count,
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  max: z.number().nullable(),
});
export type LatencySummary = z.infer<typeof LatencySummary>;

/** The clocks of a connection, never mixed. */
export const CLOCKS = [
  /** connect(2) to established. */
  "connect",
  /** From the first byte sent to the first message back: includes the wait to be accepted. */
  "firstResponse",
  /** First byte sent to last byte back, every message. */
  "response",
  /** The same from the moment the message was due to be sent. A closed loop has no such moment: count 0. */
  "intended",
] as const;
export type Clock = (typeof CLOCKS)[number];

/** What a run of the client was asked and what it achieved: `--summary FILE.json`. */
export const ClientSummary = z.object({
  schema: z.literal("c10k-lab/client-summary/1"),
  /** false when the run was interrupted. */
  complete: z.boolean(),
  target: z.object({ host: z.string(), port: z.number().int() }),
  asked: z.object({
    connections: count,
    /** Messages of all connections together; null when the run was bounded by time. */
    messages: count.nullable(),
    /** The resolved options. */
    options: z.record(z.string(), z.unknown()),
  }),
  achieved: z.object({
    established: count,
    /** Connections whose outcome is ok. */
    completed: count,
    /** Most connections open at one time. */
    peak: count,
    messages: count,
    bytesSent: count,
    bytesReceived: count,
    /** How late the messages began against --start-at; null without it. */
    startLagMs: milliseconds.nullable(),
    /**
     * The first message sent, the last one back, on CLOCK_MONOTONIC: comparable between processes of one machine. null
     * when there was none.
     */
    firstSentUs: z.number().nonnegative().nullable(),
    lastDoneUs: z.number().nonnegative().nullable(),
    /** From the one to the other. */
    messagingMs: milliseconds,
    messagesPerSecond: z.number().nonnegative(),
    /** From the first connect(2) to the last close(2). */
    durationMs: milliseconds,
  }),
  /** Connections by outcome; the sum is `asked.connections`. */
  outcomes: z.record(z.enum(OUTCOMES), count),
  latencyUs: z.record(z.enum(CLOCKS), LatencySummary),
  /** HdrHistogram V2, deflated, base64: microseconds. */
  histograms: z.record(z.enum(CLOCKS), z.string()),
  /** What the client itself consumed while it ran. */
  usage: Usage,
  environment: z.object({
    node: z.string(),
    kernel: z.string(),
    cpu: z.string(),
    processors: z.number().int().positive(),
  }),
});
export type ClientSummary = z.infer<typeof ClientSummary>;
