import { monotonicUs } from "@c10k-lab/posix";
import { type ProcessCounts, readCpuTimes } from "@c10k-lab/process";

/** Processes whose time is read at both ends of a slice. */
export interface Watched {
  readonly servers: readonly ProcessCounts[];
  /** Processes of the variants that are up and not measured. */
  readonly waiting: readonly ProcessCounts[];
  /** The server's processor; null when it is not pinned. */
  readonly processor: number | null;
}

/** Counters at one end of a slice. Times in µs. */
interface Look {
  readonly atUs: number;
  readonly serverUs: number;
  readonly waitingUs: number;
  readonly labUs: number;
  readonly faults: number;
  readonly busyUs: number;
  readonly stolenUs: number;
}

/** Shares of a core and counts between the two ends of a slice. */
export interface SliceEvidence {
  readonly serverCores: number;
  readonly waitingCores: number;
  readonly labCores: number;
  /** Time that others took from the server's processor, or from all processors when it is not pinned. */
  readonly foreignCores: number;
  readonly stolenCores: number;
  readonly faults: number;
}

/** Reads the counters now. The server's own clock is read next to the time, so that its share is exact. */
export function look({ servers, waiting, processor }: Watched): Look {
  for (const server of servers) server.refresh();
  const host = readCpuTimes(processor);
  const faults = sum(servers, (server) => server.minorFaults());
  const waitingUs = sum(waiting, (other) => other.cpuUs());
  const { user, system } = process.cpuUsage();
  const serverUs = sum(servers, (server) => server.cpuUs());
  const atUs = monotonicUs();
  return {
    atUs,
    serverUs,
    waitingUs,
    labUs: user + system,
    faults,
    busyUs: host.busyMs * 1000,
    stolenUs: host.stolenMs * 1000,
  };
}

/** Returns the evidence between two looks. */
export function compareLooks(before: Look, after: Look): SliceEvidence {
  const elapsedUs = after.atUs - before.atUs;
  const cores = (name: "serverUs" | "waitingUs" | "labUs" | "busyUs" | "stolenUs") =>
    Math.max(0, after[name] - before[name]) / elapsedUs;
  return {
    serverCores: cores("serverUs"),
    waitingCores: cores("waitingUs"),
    labCores: cores("labUs"),
    foreignCores: Math.max(0, cores("busyUs") - cores("serverUs")),
    stolenCores: cores("stolenUs"),
    faults: after.faults - before.faults,
  };
}

function sum(all: readonly ProcessCounts[], read: (one: ProcessCounts) => number): number {
  return all.reduce((total, one) => total + read(one), 0);
}
