import type { EventServerOptions } from "../src/options.ts";

/** Options of an empty command line, except that any port will do. */
export const OPTIONS: EventServerOptions = {
  host: "127.0.0.1",
  port: 0,
  backlog: 4096,
  maxConnections: undefined,
  idleTimeoutMs: undefined,
  stallTimeoutMs: 30_000,
  peerTimeoutMs: 300_000,
  socketBufferBytes: 0,
  drainTimeoutMs: 5000,
  stats: undefined,
  metricsPort: undefined,
  noDelay: "on",
  reusePort: false,
  exitWithParent: false,
  acceptsPerTurn: 64,
};
