import { type Range, UsageError } from "@c10k-lab/cli";
import { type ClientOptions, DEFAULT_REPEAT } from "../contract.ts";
import { parseSourceRange, type SourceRange } from "../source-range.ts";
import { NUMBERED_BYTES, type Texts } from "./payload.ts";

/** The load with every default resolved: plain data for the worker. */
export interface Workload extends Texts {
  readonly connections: number;
  /** Bounds of a connection's work; the first one it reaches ends it. Infinity: no such bound. */
  readonly messagesEach: number;
  readonly bytesEach: number;
  readonly durationMs: number;
  /** Time before `durationMs` whose messages are in no clock. */
  readonly warmupMs: number;
  /** Connections that exchange messages; the others stay open, idle. */
  readonly active: number;
  /** Messages per second of all connections together; null: a closed loop. */
  readonly ratePerSecond: number | null;
  readonly thinkMs: Range;
  readonly holdMs: Range;
  readonly barrier: boolean;
  /** Connections per second; Infinity: as fast as they are established. */
  readonly connectRate: number;
  /** Local addresses to connect from; null: the kernel picks one. */
  readonly source: SourceRange | null;
  /** The earliest moment of the first message, milliseconds since 1970 (CLOCK_REALTIME); null: at once. */
  readonly startAtMs: number | null;
  /** Way of waiting for events. */
  readonly wait: ClientOptions["wait"];
  /** Way of sending and receiving. */
  readonly io: ClientOptions["io"];
  /** The lab says when messages are exchanged. */
  readonly isDirected: boolean;
  /** The first message waits for the lab's word. */
  readonly isGated: boolean;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Time in which refused connections are tried again. */
  readonly waitForServerMs: number;
}

const NONE: Range = { from: 0, to: 0 };

/** Resolves the options. @throws UsageError when they contradict each other */
export function resolveWorkload(options: ClientOptions): Workload {
  const message = options.message === undefined ? null : encodeMessage(options.message);
  const length = message?.length ?? NUMBERED_BYTES;
  const isBoundedOtherwise = [options.transferBytes, options.durationMs, options.control].some(
    (bound) => bound !== undefined,
  );
  return {
    connections: options.connections,
    message,
    texts: options.sizeBytes ? "random" : "numbered",
    sizeBytes: options.sizeBytes ?? { from: length, to: length },
    messagesEach: isBoundedOtherwise ? Number.POSITIVE_INFINITY : (options.repeat ?? DEFAULT_REPEAT),
    bytesEach: options.transferBytes ?? Number.POSITIVE_INFINITY,
    durationMs: options.durationMs ?? Number.POSITIVE_INFINITY,
    warmupMs: checkWarmup(options),
    active: countActive(options),
    ratePerSecond: options.rate ?? null,
    thinkMs: options.thinkMs ?? NONE,
    holdMs: options.holdMs ?? NONE,
    barrier: !options.noBarrier,
    connectRate: options.connectRate ?? Number.POSITIVE_INFINITY,
    source: options.source === undefined ? null : parseSourceRange(options.source),
    startAtMs: options.startAtMs ?? null,
    wait: options.wait,
    io: options.io,
    isDirected: options.control !== undefined,
    isGated: options.gate !== undefined,
    timeoutMs: options.timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    waitForServerMs: options.waitForServerMs,
    seed: options.seed,
  };
}

function checkWarmup({ warmupMs = 0, durationMs }: ClientOptions): number {
  if (warmupMs === 0 || durationMs !== undefined) return warmupMs;
  throw new UsageError("--warmup needs --duration: the time to measure after it");
}

function countActive({ connections, active }: ClientOptions): number {
  if (active === undefined) return connections;
  const count =
    active.unit === "count" ? active.value : Math.max(1, Math.round((connections * active.value) / 100));
  if (count >= 1 && count <= connections && active.value > 0) return count;
  throw new UsageError(`--active: ${active.value} of ${connections} connections is not possible`);
}

function encodeMessage(message: string): Uint8Array {
  return new TextEncoder().encode(`${message}\n`);
}
