import { z } from "zod";
import { CLOCKS, INFINITE, LOOP_CLOCKS, MOST_SAMPLES } from "../clocks.ts";
import { count } from "../count.ts";
import { OUTCOMES } from "../names.ts";
import { Usage } from "./server-lines.ts";

const milliseconds = z.number().nonnegative();

/** Microseconds; null where there was nothing to measure. */
export const Percentile = z.union([z.number(), z.literal(INFINITE)]).nullable();
export type Percentile = z.infer<typeof Percentile>;

/**
 * Microseconds; null where nothing was measured. Percentiles are of `count + failed` values, the failed ones above all
 * others, so that a server cannot look fast by failing. min, mean and max are of the `count` that were measured.
 */
export const LatencySummary = z.object({
  count,
  failed: count,
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: Percentile,
  p90: Percentile,
  p99: Percentile,
  p999: Percentile,
  max: z.number().nullable(),
});
export type LatencySummary = z.infer<typeof LatencySummary>;

/** Sample of a run under way. */
export const LoadSample = z.object({
  /** Microseconds on CLOCK_MONOTONIC: comparable between processes of one machine. */
  atUs: z.number().nonnegative(),
  /** Connections open at that moment. */
  open: count,
  /** Messages echoed and verified since the start. */
  messages: count,
  /** Connections that have ended since the start with another outcome than ok, interrupted ones included. */
  errors: count,
  /** No measured message had been sent: connections were opened, or the load warmed up. */
  isWarmup: z.boolean().optional(),
});
export type LoadSample = z.infer<typeof LoadSample>;

/** Request and result of a run of the client: `--summary FILE.json`. */
export const ClientSummary = z.object({
  schema: z.literal("c10k-lab/client-summary/1"),
  /** false when the run was interrupted. */
  complete: z.boolean(),
  target: z.object({ host: z.string(), port: z.number().int() }),
  asked: z.object({
    connections: count,
    /** Connections that exchange messages: --active. */
    active: count,
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
    /**
     * Connections proven to have been open at one time: all were open at that moment, and each had a verified echo by
     * then.
     */
    held: count,
    /** Echoed and verified. */
    messages: count,
    /** Messages among them that were sent, or of an open loop due, in the warm-up: in no clock, and not in `messagesPerSecond`. */
    warmup: count.default(0),
    /** Open loop: messages that were due before the run was over and were never sent. */
    unsent: count,
    /** Messages under way when the run was interrupted. Those under way at the end of --duration are waited for. */
    inFlight: count,
    /** Verified echoes that proved idle connections alive: in the bytes, in no clock, not in `messages`. */
    proofs: count,
    bytesSent: count,
    bytesReceived: count,
    /** Delay of the first messages against --start-at; null without it. */
    startLagMs: milliseconds.nullable(),
    /**
     * Times of the first message sent and of the last one received, on CLOCK_MONOTONIC: comparable between processes of
     * one machine. null when there was none.
     */
    firstSentUs: z.number().nonnegative().nullable(),
    lastDoneUs: z.number().nonnegative().nullable(),
    /** Time from `firstSentUs` to `lastDoneUs`. */
    messagingMs: milliseconds,
    messagesPerSecond: z.number().nonnegative(),
    /** Time between the first connect(2) and the last close(2). */
    durationMs: milliseconds,
  }),
  /** Connections by outcome; the sum is `asked.connections`. */
  outcomes: z.record(z.enum(OUTCOMES), count),
  /** The first echo that differed: the text around its first wrong byte. null when none did. */
  firstWrong: z
    .object({ connection: count, sent: z.string(), received: z.string() })
    .nullable()
    .default(null),
  /**
   * The run over time: a sample at its start, then at even intervals, and one at its end with the totals. Empty in files
   * of clients that took none.
   */
  series: z.array(LoadSample).max(MOST_SAMPLES).default([]),
  latencyUs: z.record(z.enum(CLOCKS), LatencySummary),
  /** HdrHistogram V2, deflated, base64: microseconds. */
  histograms: z.record(z.enum(CLOCKS), z.string()),
  /** Evidence that the client itself kept up. */
  loop: z.object({
    latencyUs: z.record(z.enum(LOOP_CLOCKS), LatencySummary),
    histograms: z.record(z.enum(LOOP_CLOCKS), z.string()),
    /** Calls of epoll_wait(2) or epoll_pwait2(2), send(2) and recv(2). */
    waits: count,
    sends: count,
    receives: count,
    /** CPU time of the process while messages were exchanged, user and system. */
    cpuUs: count,
    /** `cpuUs` by `messagingMs`: 1 is one core. null when nothing was exchanged. */
    cpuShare: z.number().nonnegative().nullable(),
  }),
  /** Resources that the client itself used. */
  usage: Usage,
  environment: z.object({
    node: z.string(),
    kernel: z.string(),
    cpu: z.string(),
    processors: z.number().int().positive(),
  }),
});
export type ClientSummary = z.infer<typeof ClientSummary>;
