import { monotonicUs } from "@c10k-lab/posix";
import { type ProcessCounts, type Processors, readCpuTimes } from "@c10k-lab/process";
import { subtractCounts } from "@c10k-lab/stats";

/** Processes whose time is read at both ends of a turn. */
export interface Watched {
  readonly servers: readonly ProcessCounts[];
  /** Processes of the variants that are up and not measured. */
  readonly waiting: readonly ProcessCounts[];
  /** null when they are not pinned. */
  readonly processors: Processors | null;
}

/** The servers' own clock, and the time at which it was read, µs. */
interface ServerLook {
  readonly atUs: number;
  readonly serverUs: number;
}

/** Counters at one end of a turn. Times in µs. */
interface Look extends ServerLook {
  readonly waitingUs: number;
  readonly labUs: number;
  /** Page faults of the server that needed no disk. */
  readonly faults: number;
  /** Time in which the server's processor, or all processors when it is not pinned, had work. */
  readonly busyUs: number;
  readonly stolenUs: number;
  /** The same of the client's processor; 0 when it is not pinned. */
  readonly clientBusyUs: number;
  readonly clientStolenUs: number;
}

/** Times in µs and counts between two looks. */
export type LookDifference = Omit<Look, "atUs"> & { readonly lookedUs: number };

/** Reads the servers' clock: next to the load, so that the other counters are read before a turn begins and after it. */
export function lookAtServers({ servers }: Watched): ServerLook {
  const serverUs = sum(servers, (server) => server.cpuUs());
  return { serverUs, atUs: monotonicUs() };
}

/** Reads the other counters. */
export function look({ servers, waiting, processors }: Watched): Omit<Look, keyof ServerLook> {
  for (const server of servers) server.refresh();
  const host = readCpuTimes(processors?.server[0]);
  const client = processors === null ? { busyMs: 0, stolenMs: 0 } : readCpuTimes(processors.client[0]);
  const { user, system } = process.cpuUsage();
  return {
    waitingUs: sum(waiting, (other) => other.cpuUs()),
    labUs: user + system,
    faults: sum(servers, (server) => server.minorFaults()),
    busyUs: host.busyMs * 1000,
    stolenUs: host.stolenMs * 1000,
    clientBusyUs: client.busyMs * 1000,
    clientStolenUs: client.stolenMs * 1000,
  };
}

/** Returns what happened between two looks. */
export function compareLooks(before: Look, after: Look): LookDifference {
  const { atUs: lookedUs, ...differences } = subtractCounts(after, before);
  return { lookedUs, ...differences };
}

function sum(all: readonly ProcessCounts[], read: (one: ProcessCounts) => number): number {
  return all.reduce((total, one) => total + read(one), 0);
}
