import { CONNECTS_IN_FLIGHT } from "../../../client/src/contract.ts";
import { findContract } from "../plan/contracts.ts";

/** Descriptors, threads and mappings of a Node process beside its connections: 30, 8 and 340 were seen. */
export const OWN_DESCRIPTORS = 40;
const OWN_THREADS = 12;
const OWN_MAPPINGS = 500;
/** Memory of a connection in server, client and kernel where no contract says it. */
const CONNECTION_BYTES = 64 * 1024;
/** The lab, a server, the client. */
const PROCESSES = 3;
const PROCESS_BYTES = 150 * 2 ** 20;
/** A thread's stack and the guard page below it. */
const MAPPINGS_PER_THREAD = 2;

/** Resources that a plan needs at its largest load; of several servers the one that needs most counts. */
export interface Needs {
  readonly connections: number;
  /** For one process. */
  readonly fileDescriptors: number;
  /** For one source address. */
  readonly localPorts: number;
  readonly acceptQueue: number;
  readonly handshakes: number;
  /** For all processes. */
  readonly threads: number;
  /** For the server. */
  readonly mappings: number;
  /** Memory of the processes without a connection. */
  readonly baseBytes: number;
  readonly connectionBytes: number;
}

/** @param counts connections of the cells */
export function needsOf(servers: readonly string[], counts: readonly number[]): Needs {
  const contracts = servers.map(findContract).filter((contract) => contract !== undefined);
  const traits = contracts.map((contract) => contract.traits);
  const connections = Math.max(...counts);
  const threads = traits.some(({ startsThreadPerConnection }) => startsThreadPerConnection) ? connections : 0;
  return {
    connections,
    fileDescriptors: connections + OWN_DESCRIPTORS,
    localPorts: connections,
    acceptQueue: Math.min(connections, ...contracts.map(({ options }) => Number(options.backlog.default))),
    handshakes: Math.min(connections, CONNECTS_IN_FLIGHT),
    threads: threads + PROCESSES * OWN_THREADS,
    mappings: threads * MAPPINGS_PER_THREAD + OWN_MAPPINGS,
    baseBytes: PROCESSES * PROCESS_BYTES,
    connectionBytes: Math.max(
      ...traits.map((one) => one.connectionBytes),
      traits.length === 0 ? CONNECTION_BYTES : 0,
    ),
  };
}
