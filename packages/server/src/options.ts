import { bytes, choice, durationMs, flag, integer, type OptionValues, text } from "@c10k-lab/cli";
import { ACCEPTS_PER_TURN } from "./limits.ts";

/** Options of every server. */
export const SERVER_OPTIONS = {
  host: text({ describe: "IPv4 or IPv6 address or name to listen on", default: "127.0.0.1" }),
  port: integer({
    describe: "TCP port; 0 takes any free one",
    default: "10000",
    max: 65535,
    noun: "a port",
    isPerRun: true,
  }),
  backlog: integer({
    describe: "length of the accept queue requested from listen(2); net.core.somaxconn caps it",
    default: "4096",
    min: 1,
    max: 65535,
    noun: "a backlog",
  }),
  maxConnections: integer({
    describe: "refuse connections above this number [default: the limit of descriptors]",
    min: 1,
    noun: "a number of connections",
  }),
  idleTimeoutMs: durationMs({
    describe: "close a connection after this time without a byte [default: never]",
    min: 1,
  }),
  stallTimeoutMs: durationMs({
    describe: "close a connection whose client has not read its echo for this time; 0s: never",
    default: "30s",
  }),
  peerTimeoutMs: durationMs({
    describe:
      "close a connection whose client's machine has not answered for this time, to probes (keepalive) or to data; 0s: never",
    default: "5m",
  }),
  socketBufferBytes: bytes({
    describe:
      "kernel memory for unread bytes, in each direction of a connection; 0: as much as tcp_wmem and tcp_rmem allow",
    default: "208KiB",
    max: 2 ** 30,
    noun: "a buffer size",
  }),
  drainTimeoutMs: durationMs({
    describe: "after SIGTERM, wait this time for clients to close, then close the rest",
    default: "5s",
  }),
  stats: text({
    describe: "CSV file to write, one row per accepted connection; {n} becomes the first free number",
    isPerRun: true,
    isFileToWrite: true,
  }),
  metricsPort: integer({
    describe:
      "serve /metrics, /connections and /healthz over HTTP on this loopback port; 0 takes any free one [default: off]",
    max: 65535,
    noun: "a port",
  }),
  noDelay: choice(["on", "off"], {
    describe: "on: each send(2) leaves at once (TCP_NODELAY); off: Nagle's algorithm may hold it back",
    default: "on",
  }),
  reusePort: flag("let several servers share the port (SO_REUSEPORT)"),
  exitWithParent: { ...flag("stop when the process that started this one ends"), isPerRun: true },
} as const;

export type ServerOptions = OptionValues<typeof SERVER_OPTIONS>;

/** Options that servers with an event loop have in addition. */
export const EVENT_SERVER_OPTIONS = {
  acceptsPerTurn: integer({
    describe: "connections accepted per turn of the event loop, before it serves open ones",
    default: String(ACCEPTS_PER_TURN),
    min: 1,
    max: 65535,
    noun: "a number of connections",
  }),
} as const;

export type EventServerOptions = ServerOptions & OptionValues<typeof EVENT_SERVER_OPTIONS>;
