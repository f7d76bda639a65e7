import type { ServerName } from "@c10k-lab/protocol";

/** What --backlog of a server is when it is not given: its accept queue never has to be longer. */
const BACKLOG = 4096;
/** Connections the client has in the handshake at one time. */
const HANDSHAKES = 256;
/** Descriptors, threads and mappings of a Node process beside its connections: 30, 8 and 340 were seen. */
const OWN_DESCRIPTORS = 40;
const OWN_THREADS = 12;
const OWN_MAPPINGS = 500;
/** The lab, a server, the client. */
const PROCESSES = 3;
const PROCESS_BYTES = 150 * 2 ** 20;
/** A thread's stack and the guard page below it. */
const MAPPINGS_PER_THREAD = 2;

/**
 * Memory of a connection in server, client and kernel together, as MemAvailable fell with 13,000 idle connections
 * against 1,000, rounded up: 78 KiB with a thread (its stack, its kernel stack, its page tables), 4 to 18 without.
 */
const CONNECTION_BYTES: Readonly<Record<ServerName, number>> = {
  threaded: 96 * 1024,
  select: 24 * 1024,
  epoll: 24 * 1024,
};

/** What a plan needs of a machine at its largest load; of several servers the one that needs most counts. */
export interface Needs {
  readonly connections: number;
  /** Of one process. */
  readonly fileDescriptors: number;
  /** Of one source address. */
  readonly localPorts: number;
  readonly acceptQueue: number;
  readonly handshakes: number;
  /** Of all processes. */
  readonly threads: number;
  /** Of the server. */
  readonly mappings: number;
  /** Whatever the load. */
  readonly baseBytes: number;
  readonly connectionBytes: number;
}

export function needsOf(servers: readonly ServerName[], steps: readonly number[]): Needs {
  const connections = Math.max(...steps);
  const connectionThreads = servers.includes("threaded") ? connections : 0;
  return {
    connections,
    fileDescriptors: connections + OWN_DESCRIPTORS,
    localPorts: connections,
    acceptQueue: Math.min(connections, BACKLOG),
    handshakes: Math.min(connections, HANDSHAKES),
    threads: connectionThreads + PROCESSES * OWN_THREADS,
    mappings: connectionThreads * MAPPINGS_PER_THREAD + OWN_MAPPINGS,
    baseBytes: PROCESSES * PROCESS_BYTES,
    connectionBytes: Math.max(...servers.map((server) => CONNECTION_BYTES[server])),
  };
}
