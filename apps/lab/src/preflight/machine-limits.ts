import { setTimeout as sleep } from "node:timers/promises";
import { allowedProcessors, fileDescriptorLimit, processLimit } from "@c10k-lab/posix";
import type { Allowance, GroupLimit } from "./allowance.ts";
import { groupMemory, groupProcessors, groupTasks } from "./control-groups.ts";
import { type CpuShares, cpuShares, lookAtCpu } from "./cpu-look.ts";
import { localPorts } from "./local-ports.ts";
import { SYSTEM_FILES, type TextFiles } from "./text-files.ts";

/** Time between two looks at the processors: with a clock tick of 10 ms it shows differences of 1 or 2 %. */
const LOOK_MS = 500;
/** Numbers that the kernel gives to no thread after the first wrap-around: RESERVED_PIDS. */
const RESERVED_PIDS = 300;

/** Limits of this machine now, from the kernel. */
export interface MachineLimits {
  readonly isRoot: boolean;
  /** The hard limit of a process: Node raises the soft limit to it. */
  readonly fileDescriptors: number;
  /** Open files of the whole machine. */
  readonly openFiles: Allowance;
  readonly localPorts: Allowance;
  /** Connections that the kernel's firewall tracks; no limit where it tracks none. */
  readonly tracked: Allowance;
  readonly somaxconn: number;
  readonly tcpMaxSynBacklog: number;
  readonly threadsMax: Allowance;
  readonly pidMax: Allowance;
  readonly userProcesses: Allowance;
  readonly groupTasks: GroupLimit;
  readonly maxMapCount: number;
  /** Memory for new programs without swapping: MemAvailable. */
  readonly memoryBytes: number;
  readonly groupMemory: GroupLimit;
  readonly processors: number;
  readonly groupProcessors: number;
  readonly cpu: CpuShares;
  /** Load average of the last minute. */
  readonly loadAverage: number;
}

/** Reads the limits. Takes half a second, the time between two looks at the processors. */
export async function readMachineLimits(): Promise<MachineLimits> {
  const before = lookAtCpu(SYSTEM_FILES);
  await sleep(LOOK_MS);
  const isRoot = process.getuid?.() === 0;
  return {
    isRoot,
    fileDescriptors: fileDescriptorLimit(),
    processors: allowedProcessors().length,
    cpu: cpuShares(before, lookAtCpu(SYSTEM_FILES)),
    // The kernel does not apply RLIMIT_NPROC to root.
    userProcesses: isRoot
      ? { limit: Number.POSITIVE_INFINITY, used: 0 }
      : { limit: processLimit(), used: threadsOf(SYSTEM_FILES, process.getuid?.() ?? 0) },
    ...readKernelLimits(SYSTEM_FILES),
  };
}

/** Returns the limits that are in text files. */
export function readKernelLimits(files: TextFiles) {
  const sysctl = (path: string) => Number(files.read(`/proc/sys/${path}`) ?? Number.POSITIVE_INFINITY);
  // "0.28 3.23 17.08 1/106 3845": averages of 1, 5 and 15 minutes, running/all threads, the newest number.
  const load = (files.read("/proc/loadavg") ?? "").split(/[ /]/).map(Number);
  const [loadAverage = 0, , , , threads = 0] = load;
  return {
    openFiles: openFiles(files),
    localPorts: localPorts(files),
    tracked: tracked(files),
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

/** Counts the open files of the machine: /proc/sys/fs/file-nr has "allocated 0 maximum". */
function openFiles(files: TextFiles): Allowance {
  const [used = 0, , limit = Number.POSITIVE_INFINITY] = (files.read("/proc/sys/fs/file-nr") ?? "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(Number);
  return { limit, used };
}

/** Counts the connections that the firewall tracks. Without a rule that needs it the kernel tracks none, and has no limit. */
function tracked(files: TextFiles): Allowance {
  const read = (name: string) => Number(files.read(`/proc/sys/net/netfilter/nf_conntrack_${name}`) ?? 0);
  const [limit, used] = [read("max"), read("count")];
  return used === 0 ? { limit: Number.POSITIVE_INFINITY, used } : { limit, used };
}

function availableBytes(files: TextFiles): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(files.read("/proc/meminfo") ?? "")?.[1];
  return kib === undefined ? Number.POSITIVE_INFINITY : Number(kib) * 1024;
}

/** Counts the threads of all processes of a user, as RLIMIT_NPROC does. */
export function threadsOf(files: TextFiles, uid: number): number {
  const processes = files.list("/proc").filter((name) => /^\d+$/.test(name));
  return processes.reduce((sum, pid) => {
    const status = files.read(`/proc/${pid}/status`) ?? "";
    const isTheirs = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === uid;
    return sum + (isTheirs ? Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0);
  }, 0);
}
