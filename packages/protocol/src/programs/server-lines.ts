import { z } from "zod";
import { count } from "../count.ts";
import { CLOSE_REASONS, type CloseReason } from "../names.ts";

/** Name of an architecture. Any is allowed, because users add servers of their own. */
const serverName = z.string().regex(/^[a-z][a-z0-9-]*$/);

/** Resources a process has used, ended threads included: getrusage(2). */
export const Usage = z.object({
  userUs: count,
  systemUs: count,
  voluntarySwitches: count,
  involuntarySwitches: count,
  maxRssKiB: count,
});
export type Usage = z.infer<typeof Usage>;

/** Traits of an architecture that a check or a chart depends on; each app declares its own. */
export const ServerTraits = z.object({
  /** Each connection has an OS thread of its own. */
  startsThreadPerConnection: z.boolean(),
  /** Each wait goes through all descriptor numbers up to the highest, as select(2) and poll(2) do. */
  scansDescriptors: z.boolean(),
  /** Memory of a connection in server, client and kernel together, bytes, rounded up. */
  connectionBytes: count,
});
export type ServerTraits = z.infer<typeof ServerTraits>;

/** First line of a server's stdout. From then on the server accepts connections. */
export const ListeningLine = z.object({
  event: z.literal("listening"),
  server: serverName,
  traits: ServerTraits,
  host: z.string(),
  port: z.number().int().min(1).max(65535),
  pid: count,
  metricsPort: z.number().int().nullable(),
  /** Resolved options: from the command line, the environment and the defaults. */
  options: z.looseObject({ backlog: count.optional() }),
  /** Usage at the start. Subtract it from the final line's. */
  usage: Usage,
});
export type ListeningLine = z.infer<typeof ListeningLine>;

/** System calls of the data plane, failed ones included. */
const SystemCalls = z.object({
  /** accept4(2). */
  accept: count,
  /** recv(2), refused connections included. */
  recv: count,
  /** send(2). */
  send: count,
  /** epoll_wait(2), poll(2), select(2) or io_uring_enter(2); 0 for threads. */
  wait: count,
  /** epoll_ctl(2). */
  control: count,
});

const NONE_CLOSED = Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, 0])) as Record<
  CloseReason,
  number
>;

/** Last line of a server's stdout: the ledger's totals. */
export const FinalLine = z.object({
  event: z.literal("final"),
  server: serverName,
  durationMs: z.number().nonnegative(),
  /** Connections that accept4(2) returned. Each is a row of the CSV file. */
  accepted: count,
  /** Connections closed at once: the sum of the four `refused-…` reasons in `closed`. */
  refused: count,
  /** Highest number of connections open at one time. */
  peak: count,
  /** Connections by close reason. Their sum is `accepted`. Earlier servers did not know all reasons. */
  closed: z.partialRecord(z.enum(CLOSE_REASONS), count).transform((known) => ({ ...NONE_CLOSED, ...known })),
  requests: count,
  bytesReceived: count,
  bytesSent: count,
  /** Errors of accept4(2), epoll_ctl(2) and pthread_create(3) by name. */
  acceptErrors: z.record(z.string(), count),
  /** send(2) calls that took fewer bytes than given. */
  shortWrites: count,
  /** Events of connections already closed, which the server recognised and skipped. */
  staleEvents: count,
  calls: SystemCalls,
  /** Ready descriptors that the waits returned. */
  events: count,
  /** Descriptors that the kernel examined in select(2) or poll(2): the sum of nfds. */
  descriptorsScanned: count,
  /** 32-bit words that the server searched after select(2) or poll(2). */
  wordsScanned: count,
  usage: Usage,
});
export type FinalLine = z.infer<typeof FinalLine>;
