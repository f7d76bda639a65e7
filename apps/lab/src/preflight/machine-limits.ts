import { setTimeout as sleep } from "node:timers/promises";
import { allowedProcessors, fileDescriptorLimit, processLimit } from "@c10k-lab/posix";
import type { Allowance, GroupLimit } from "./allowance.ts";
import { groupMemory, groupProcessors, groupTasks } from "./control-groups.ts";
import { type CpuShares, cpuShares, lookAtCpu } from "./cpu-look.ts";
import { localPorts } from "./local-ports.ts";
import { SYSTEM_FILES, type TextFiles } from "./text-files.ts";

/** Between two looks at the processors: long enough for a clock of 10 ms to tell per cents. */
const LOOK_MS = 500;
/** Numbers the kernel gives to no thread once it has counted round: RESERVED_PIDS. */
const RESERVED_PIDS = 300;

/** What this machine allows a process now, as the kernel tells it. */
export interface MachineLimits {
  readonly isRoot: boolean;
  /** Of a process: Node raises the soft limit to the hard one. */
  readonly fileDescriptors: number;
  readonly localPorts: Allowance;
  readonly somaxconn: number;
  readonly tcpMaxSynBacklog: number;
  readonly threadsMax: Allowance;
  readonly pidMax: Allowance;
  readonly userProcesses: Allowance;
  readonly groupTasks: GroupLimit;
  readonly maxMapCount: number;
  /** What new programs may use without swapping. */
  readonly memoryBytes: number;
  readonly groupMemory: GroupLimit;
  readonly processors: number;
  readonly groupProcessors: number;
  readonly cpu: CpuShares;
  /** Of the last minute. */
  readonly loadAverage: number;
}

/** Reads the limits; takes half a second, in which it looks at what the processors do. */
export async function readMachineLimits(): Promise<MachineLimits> {
  const before = lookAtCpu(SYSTEM_FILES);
  await sleep(LOOK_MS);
  const isRoot = process.getuid?.() === 0;
  return {
    isRoot,
    fileDescriptors: fileDescriptorLimit(),
    processors: allowedProcessors().length,
    cpu: cpuShares(before, lookAtCpu(SYSTEM_FILES)),
    // The kernel does not hold root to it.
    userProcesses: isRoot
      ? { limit: Number.POSITIVE_INFINITY, used: 0 }
      : { limit: processLimit(), used: threadsOf(SYSTEM_FILES, process.getuid?.() ?? 0) },
    ...readKernelLimits(SYSTEM_FILES),
  };
}

/** The part of it that is in text files. */
export function readKernelLimits(files: TextFiles) {
  const sysctl = (path: string) => Number(files.read(`/proc/sys/${path}`) ?? Number.POSITIVE_INFINITY);
  // "0.28 3.23 17.08 1/106 3845": averages of 1, 5 and 15 minutes, running/all threads, the newest number.
  const load = (files.read("/proc/loadavg") ?? "").split(/[ /]/).map(Number);
  const [loadAverage = 0, , , , threads = 0] = load;
  return {
    localPorts: localPorts(files),
    somaxconn: sysctl("net/core/somaxconn"),
    tcpMaxSynBacklog: sysctl("net/ipv4/tcp_max_syn_backlog"),
    threadsMax: { limit: sysctl("kernel/threads-max"), used: threads },
    pidMax: { limit: sysctl("kernel/pid_max"), used: threads + RESERVED_PIDS },
    groupTasks: groupTasks(files),
    maxMapCount: sysctl("vm/max_map_count"),
    memoryBytes: availableBytes(files),
    groupMemory: groupMemory(files),
    groupProcessors: groupProcessors(files),
    loadAverage,
  };
}

function availableBytes(files: TextFiles): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(files.read("/proc/meminfo") ?? "")?.[1];
  return kib === undefined ? Number.POSITIVE_INFINITY : Number(kib) * 1024;
}

/** What RLIMIT_NPROC counts: the threads of all processes of a user. */
export function threadsOf(files: TextFiles, uid: number): number {
  const processes = files.list("/proc").filter((name) => /^\d+$/.test(name));
  return processes.reduce((sum, pid) => {
    const status = files.read(`/proc/${pid}/status`) ?? "";
    const isTheirs = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === uid;
    return sum + (isTheirs ? Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0);
  }, 0);
}
