import { totalmem } from "node:os";

/** Most that all processes of a command together may take of the machine; with more they are killed (limits.c). */
export interface CommandLimits {
  readonly processes: number;
  /** Resident memory; pages that processes share count once. */
  readonly memoryBytes: number;
  /** Space on each file system; null for half of what is free when the command starts. */
  readonly diskBytes: number | null;
}

/**
 * A server with a process for each of some thousand connections can be measured; one that never stops forking would take
 * the machine from all others.
 */
const PROCESSES = 4096;
/** Share of the memory: the client, the lab and the files that both read need some too. */
const MEMORY_SHARE = 2;

/** Returns the limits of a command for which none are given. */
export function defaultLimits(): CommandLimits {
  return { processes: PROCESSES, memoryBytes: Math.floor(availableBytes() / MEMORY_SHARE), diskBytes: null };
}

/** Returns the memory of the machine, or of the control group where that has less. Without a limit Node tells 0 or 2^64. */
function availableBytes(): number {
  const ofGroup = process.constrainedMemory();
  return ofGroup > 0 ? Math.min(ofGroup, totalmem()) : totalmem();
}

/** Returns the limits as arguments of the keeper: processes, MiB of memory, MiB on disk. */
export function limitWords({ processes, memoryBytes, diskBytes }: CommandLimits): string[] {
  return [processes, toMiB(memoryBytes), diskBytes === null ? 0 : toMiB(diskBytes)].map(String);
}

function toMiB(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 2 ** 20));
}
