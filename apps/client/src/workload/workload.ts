import { type Range, UsageError } from "@c10k-lab/cli";
import type { ClientOptions } from "../contract.ts";
import { NUMBERED_BYTES, type Texts } from "./payload.ts";
import { parseSourceRange, type SourceRange } from "./sources.ts";

const DEFAULT_REPEAT = 20;

/** What each connection does, resolved: plain data, to be handed to the worker. */
export interface Workload extends Texts {
  readonly connections: number;
  /** When a connection has done enough: the first of these bounds it reaches. Infinity: no such bound. */
  readonly messagesEach: number;
  readonly bytesEach: number;
  readonly durationMs: number;
  /** Connections that exchange messages; the others stay open, idle. */
  readonly active: number;
  /** Messages per second of all connections together; null: a closed loop. */
  readonly ratePerSecond: number | null;
  readonly thinkMs: Range;
  readonly holdMs: Range;
  readonly barrier: boolean;
  /** Connections per second; Infinity: as fast as they are established. */
  readonly connectRate: number;
  /** Local addresses to connect from; null: whatever the kernel picks. */
  readonly source: SourceRange | null;
  /** When messages may begin, on CLOCK_REALTIME, milliseconds since 1970; null: at once. */
  readonly startAtMs: number | null;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** How long a server that refuses connections is waited for. */
  readonly waitForServerMs: number;
}

const NONE: Range = { from: 0, to: 0 };

/** @throws UsageError when options contradict each other */
export function resolveWorkload(options: ClientOptions): Workload {
  atMostOne(options, ["message", "sizeBytes"]);
  atMostOne(options, ["repeat", "transferBytes", "durationMs"]);
  atMostOne(options, ["rate", "thinkMs"]);
  needsBarrier(options, ["rate", "active"]);
  const message = options.message === undefined ? null : encodeMessage(options.message);
  const length = message?.length ?? NUMBERED_BYTES;
  const isBoundedOtherwise = options.transferBytes !== undefined || options.durationMs !== undefined;
  return {
    connections: options.connections,
    message,
    texts: options.sizeBytes ? "random" : "numbered",
    sizeBytes: options.sizeBytes ?? { from: length, to: length },
    messagesEach: isBoundedOtherwise ? Number.POSITIVE_INFINITY : (options.repeat ?? DEFAULT_REPEAT),
    bytesEach: options.transferBytes ?? Number.POSITIVE_INFINITY,
    durationMs: options.durationMs ?? Number.POSITIVE_INFINITY,
    active: activeOf(options),
    ratePerSecond: options.rate ?? null,
    thinkMs: options.thinkMs ?? NONE,
    holdMs: options.holdMs ?? NONE,
    barrier: !options.noBarrier,
    connectRate: options.connectRate ?? Number.POSITIVE_INFINITY,
    source: sourceOf(options.source),
    startAtMs: options.startAtMs ?? null,
    timeoutMs: options.timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    waitForServerMs: options.waitForServerMs,
    seed: options.seed,
  };
}

function activeOf({ connections, active }: ClientOptions): number {
  if (active === undefined) return connections;
  const count =
    active.unit === "count" ? active.value : Math.max(1, Math.round((connections * active.value) / 100));
  if (count >= 1 && count <= connections && active.value > 0) return count;
  throw new UsageError(`--active: ${active.value} of ${connections} connections is not possible`);
}

function sourceOf(text: string | undefined): SourceRange | null {
  const range = text === undefined ? null : parseSourceRange(text);
  if (text === undefined || range !== null) return range;
  throw new UsageError(`--source: '${text}' is not an IPv4 network such as 127.0.0.1/26, /8 to /32`);
}

function encodeMessage(message: string): Uint8Array {
  if (message.includes("\n")) {
    throw new UsageError(
      "--message: a message is one line, so it cannot contain a newline; send more with --repeat",
    );
  }
  return new TextEncoder().encode(`${message}\n`);
}

const FLAGS: Readonly<Record<string, string>> = {
  message: "--message",
  sizeBytes: "--size",
  repeat: "--repeat",
  transferBytes: "--transfer",
  durationMs: "--duration",
  rate: "--rate",
  thinkMs: "--think",
  active: "--active",
};

function atMostOne(options: ClientOptions, names: readonly (keyof ClientOptions)[]): void {
  const given = names.filter((name) => options[name] !== undefined).map((name) => FLAGS[name]);
  if (given.length > 1) throw new UsageError(`${given.join(" and ")} exclude each other: give one of them`);
}

/** They count from a moment when all are connected. */
function needsBarrier(options: ClientOptions, names: readonly (keyof ClientOptions)[]): void {
  if (!options.noBarrier) return;
  for (const name of names) {
    if (options[name] !== undefined)
      throw new UsageError(`${FLAGS[name]} and --no-barrier exclude each other`);
  }
}
