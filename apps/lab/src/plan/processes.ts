import { fileDescriptorLimit } from "@c10k-lab/posix";
import type { Variant } from "./plan.ts";

/** Descriptors of a Node process beside its connections: 30 were seen. */
export const OWN_DESCRIPTORS = 40;

/**
 * Connections of the fullest of several processes on one port, by those of the average: the kernel chooses a process by a
 * hash of the addresses. 1,000,000 on 53 processes differed by 2 %.
 */
export const UNEVEN = 1.05;

/** Derives the number of processes from the connections and the limit of descriptors. */
export const AUTO = "auto";

/** Returns one replica's part of a whole number; the parts differ by one at most. @param replica its number, from 1 */
export function shareOf(whole: number, replica: number, replicas: number): number {
  return Math.floor(whole / replicas) + (replica <= whole % replicas ? 1 : 0);
}

/** Processes of a cell. */
interface Processes {
  readonly servers: number;
  /** Clients of all servers together. */
  readonly clients: number;
  /** The servers share one port. */
  readonly sharesPort: boolean;
}

/**
 * Returns the processes of a cell.
 *
 * @param clients of each server process, or of the port that several share
 * @param descriptors limit of one process
 */
export function countProcesses(
  { connectionsPerServer, processes }: Pick<Variant, "connectionsPerServer" | "processes">,
  connections: number,
  clients: number,
  descriptors = fileDescriptorLimit(),
): Processes {
  if (processes === null) {
    const servers = Math.ceil(connections / (connectionsPerServer ?? connections));
    return { servers, clients: clients * servers, sharesPort: false };
  }
  if (processes !== AUTO) return { servers: processes, clients, sharesPort: processes > 1 };
  const room = Math.max(1, descriptors - OWN_DESCRIPTORS);
  const servers = connections <= room ? 1 : Math.ceil((connections * UNEVEN) / room);
  return { servers, clients: Math.max(clients, Math.ceil(connections / room)), sharesPort: servers > 1 };
}
