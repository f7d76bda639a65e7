import { z } from "zod";
import { CLOSE_REASONS, SERVERS } from "./names.ts";

const count = z.number().int().nonnegative();

/** What getrusage(2) says of a whole process, ended threads included. */
export const Usage = z.object({
  userUs: count,
  systemUs: count,
  voluntarySwitches: count,
  involuntarySwitches: count,
  maxRssKiB: count,
});
export type Usage = z.infer<typeof Usage>;

/** The first line of a server's stdout: from here on, connections are accepted. */
export const ListeningLine = z.object({
  event: z.literal("listening"),
  server: z.enum(SERVERS),
  host: z.string(),
  port: z.number().int().min(1).max(65535),
  pid: count,
  metricsPort: z.number().int().nullable(),
  /** As they were resolved: the command line, the environment, defaults. */
  options: z.record(z.string(), z.unknown()),
  /** Used up by starting: subtract it from the final line's. */
  usage: Usage,
});
export type ListeningLine = z.infer<typeof ListeningLine>;

/** System calls the data plane has made, failed ones too. */
const SystemCalls = z.object({
  /** accept4(2). */
  accept: count,
  /** recv(2), of connections refused too. */
  recv: count,
  /** send(2). */
  send: count,
  /** epoll_wait(2) or select(2); 0 for threads. */
  wait: count,
  /** epoll_ctl(2). */
  control: count,
});

/** The last line of a server's stdout: the ledger's totals. */
export const FinalLine = z.object({
  event: z.literal("final"),
  server: z.enum(SERVERS),
  durationMs: z.number().nonnegative(),
  /** Connections accept4(2) returned: every one is a row of the CSV file. */
  accepted: count,
  /** Of these, closed at once. */
  refused: count,
  /** Most connections open at one time. */
  peak: count,
  /** By close reason; the sum is `accepted`. */
  closed: z.record(z.enum(CLOSE_REASONS), count),
  requests: count,
  bytesReceived: count,
  bytesSent: count,
  /** Errors of accept4(2), epoll_ctl(2) or pthread_create(3) by name. */
  acceptErrors: z.record(z.string(), count),
  /** send(2) calls that took less than they were given. */
  shortWrites: count,
  /** Events that arrived for a connection already closed, recognised and skipped. */
  staleEvents: count,
  calls: SystemCalls,
  /** Ready descriptors the waits returned. */
  events: count,
  /** Descriptor numbers the kernel went through in select(2): the sum of its nfds. */
  descriptorsScanned: count,
  /** Words of bitmap the caller scanned after select(2). */
  wordsScanned: count,
  usage: Usage,
});
export type FinalLine = z.infer<typeof FinalLine>;
