import { addCounts, maxCounts } from "@c10k-lab/stats";
import { CONNECTS_IN_FLIGHT, parseSourceRange } from "../../../client/src/contract.ts";
import { type Cell, countActive, openAtOnce } from "../plan/cells.ts";
import { findContract } from "../plan/contracts.ts";
import { OWN_DESCRIPTORS, UNEVEN } from "../plan/processes.ts";
import type { Scene } from "./scenes.ts";

/** Threads and mappings of a Node process beside its connections: 8 and 340 were seen. */
export const OWN_THREADS = 12;
export const OWN_MAPPINGS = 500;
/** A thread's stack and the guard page below it. */
export const MAPPINGS_PER_THREAD = 2;
/** Memory of a connection where no contract says it. */
const CONNECTION_BYTES = 64 * 1024;
/** Memory of a process without a connection: what it does not share with the others, and some 2 MiB in the kernel. */
const SERVER_BYTES = 26 * 2 ** 20;
const CLIENT_BYTES = 48 * 2 ** 20;
/** The lab, and the node program that all share. */
const LAB_BYTES = 150 * 2 ** 20;

/** Parts of a connection's memory that do not depend on the server, see docs/measuring/million.md. */
const CONNECTION_IN_CLIENT = 1024;
/** Response times of a connection that exchanges messages. */
const BUSY_IN_CLIENT = 3 * 1024;
const CONNECTION_IN_KERNEL = 8 * 1024;

/** Memory by its owner, bytes. */
export interface MemoryNeeds {
  /** Processes without a connection. */
  readonly processes: number;
  readonly server: number;
  readonly clients: number;
  readonly kernel: number;
}

/** Resources that a plan needs where it needs most of each. */
export interface Needs {
  readonly connections: number;
  /** Descriptors of one process. */
  readonly fileDescriptors: number;
  /** Open files of all processes. */
  readonly openFiles: number;
  /** Ports for one pair of addresses: a client's, and a server's with its port. */
  readonly localPorts: number;
  readonly acceptQueue: number;
  readonly handshakes: number;
  /** Threads of all processes. */
  readonly threads: number;
  /** Memory mappings of one server. */
  readonly mappings: number;
  readonly memory: MemoryNeeds;
}

/** Returns the most that any scene needs. */
export function needsOf(scenes: readonly Scene[]): Needs {
  return scenes.map((scene) => scene.map(needsOfCell).reduce(together)).reduce(most);
}

/** Returns the memory of all owners together, bytes. */
export function sumMemory({ processes, server, clients, kernel }: MemoryNeeds): number {
  return processes + server + clients + kernel;
}

/** Counts the pairs of addresses between which a cell's connections are divided; each has all local ports. */
export function addressPairs({ load, servers, sharesPort }: Cell): number {
  const addresses = load.source === undefined ? 1 : (parseSourceRange(load.source.value)?.count ?? 1);
  return addresses * (sharesPort ? 1 : servers);
}

/** Counts the processes of a cell, the lab's not among them. */
export function processesOf({ servers, clients }: Cell): number {
  return servers + clients;
}

/** Returns the memory of a connection in server, client and kernel together, bytes. */
function connectionBytes({ server }: Cell): number {
  return findContract(server)?.traits.connectionBytes ?? CONNECTION_BYTES;
}

export function needsThreads({ server }: Cell): boolean {
  return findContract(server)?.traits.startsThreadPerConnection ?? false;
}

function needsOfCell(cell: Cell): Needs {
  const { servers, clients, sharesPort } = cell;
  const connections = openAtOnce(cell);
  const ofServer = Math.ceil((connections / servers) * (sharesPort ? UNEVEN : 1));
  const ofClient = Math.ceil(connections / clients);
  const threads = needsThreads(cell) ? connections : 0;
  const ofThreads = needsThreads(cell) ? ofServer : 0;
  const processes = processesOf(cell);
  const backlog = Number(findContract(cell.server)?.options.backlog.default ?? connections);
  const bytes = connectionBytes(cell);
  return {
    connections,
    fileDescriptors: Math.max(ofServer, ofClient) + OWN_DESCRIPTORS,
    openFiles: 2 * connections + processes * OWN_DESCRIPTORS,
    localPorts: Math.ceil(connections / addressPairs(cell)),
    acceptQueue: Math.min(connections, backlog),
    // On loopback a handshake ends within connect(2), so several clients have no more under way than one.
    handshakes: Math.min(connections, CONNECTS_IN_FLIGHT),
    threads: threads + (processes + 1) * OWN_THREADS,
    mappings: ofThreads * MAPPINGS_PER_THREAD + OWN_MAPPINGS,
    memory: {
      processes: servers * SERVER_BYTES + clients * CLIENT_BYTES + LAB_BYTES,
      server: connections * Math.max(0, bytes - CONNECTION_IN_CLIENT - CONNECTION_IN_KERNEL),
      clients: connections * CONNECTION_IN_CLIENT + Math.min(connections, countActive(cell)) * BUSY_IN_CLIENT,
      kernel: connections * CONNECTION_IN_KERNEL,
    },
  };
}

/** Returns the needs of two cells that are up together. Limits of one process, and of one port, are each cell's own. */
function together(a: Needs, b: Needs): Needs {
  return {
    ...most(a, b),
    connections: a.connections + b.connections,
    openFiles: a.openFiles + b.openFiles,
    threads: a.threads + b.threads,
    memory: {
      ...addCounts([a.memory, b.memory]),
      processes: a.memory.processes + b.memory.processes - LAB_BYTES,
    },
  };
}

function most({ memory: a, ...counts }: Needs, { memory: b, ...others }: Needs): Needs {
  return { ...maxCounts(counts, others), memory: sumMemory(a) >= sumMemory(b) ? a : b };
}
