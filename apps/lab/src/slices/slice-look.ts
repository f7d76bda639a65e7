import { monotonicUs } from "@c10k-lab/posix";
import { type ClockReader, type ProcessCounts, type Processors, readCpuTimes } from "@c10k-lab/process";

/** Processes whose time is read at both ends of a turn. */
export interface Watched {
  readonly servers: readonly ProcessCounts[];
  /** Processes of the variants that are up and not measured. */
  readonly waiting: readonly ProcessCounts[];
  /** null when they are not pinned. */
  readonly processors: Processors | null;
  /** Reads clocks on the server's processor; null when it is not pinned. */
  readonly reader: ClockReader | null;
}

/** Clocks under load, µs: those of the servers, and that of the lab, which reads them. Also differences of two looks. */
export interface ServerLook {
  readonly timeUs: number;
  readonly serverUs: number;
  readonly labUs: number;
}

/** Counters while server and client are at rest, before a turn and after it. Times in µs. Also differences of two looks. */
export interface RestLook {
  readonly timeUs: number;
  readonly serverUs: number;
  readonly waitingUs: number;
  /** Page faults of the server that needed no disk. */
  readonly faults: number;
  /** Time in which the server's processor, or all processors when it is not pinned, had work. */
  readonly busyUs: number;
  readonly stolenUs: number;
  /** The same of the client's processor; 0 when it is not pinned. */
  readonly clientBusyUs: number;
  readonly clientStolenUs: number;
}

/** Reads the servers' clocks under load. */
export function lookAtServers({ servers, reader }: Watched): ServerLook {
  const { user, system } = process.cpuUsage();
  const labUs = user + system;
  if (reader === null) return { serverUs: readClocks(servers), timeUs: monotonicUs(), labUs };
  const { cpuUs, atUs } = reader.read(servers.flatMap(({ pids }) => pids));
  const serverUs = sum(servers, (server) => server.cpuUs((pid) => cpuUs.get(pid) ?? Number.NaN));
  return { serverUs, timeUs: atUs, labUs };
}

/** Reads all other counters. */
export function lookAtRest({ servers, waiting, processors }: Watched): RestLook {
  for (const server of servers) server.refresh();
  const host = readCpuTimes(processors?.server[0]);
  const client = processors === null ? { busyMs: 0, stolenMs: 0 } : readCpuTimes(processors.client[0]);
  return {
    serverUs: readClocks(servers),
    waitingUs: readClocks(waiting),
    faults: sum(servers, (server) => server.minorFaults()),
    busyUs: host.busyMs * 1000,
    stolenUs: host.stolenMs * 1000,
    clientBusyUs: client.busyMs * 1000,
    clientStolenUs: client.stolenMs * 1000,
    timeUs: monotonicUs(),
  };
}

function readClocks(processes: readonly ProcessCounts[]): number {
  return sum(processes, (one) => one.cpuUs());
}

function sum(all: readonly ProcessCounts[], read: (one: ProcessCounts) => number): number {
  return all.reduce((total, one) => total + read(one), 0);
}
