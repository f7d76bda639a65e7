import type { Allowance, GroupLimit } from "./allowance.ts";
import type { MachineLimits } from "./machine-limits.ts";
import type { Needs } from "./needs.ts";

/** One thing a run needs of the machine, and what there is of it. */
export interface Check {
  readonly resource: string;
  /** What bounds it, by the kernel's name. */
  readonly limit: string;
  readonly unit: "" | "bytes" | "%";
  readonly needed: number;
  /** Infinity where there is no limit. */
  readonly available: number;
  readonly status: "ok" | "short";
  /** What to do about it; null when it suffices. */
  readonly remedy: string | null;
}

/** Other work on the machine that takes less than this does not show beside the noise of one cell. */
const IDLE_PERCENT = 90;
const NOT_STOLEN_PERCENT = 98;
/** One for the server, one for the client. */
const PROCESSORS = 2;
/** Unprivileged ports. */
const MOST_PORTS = 65_535 - 1024 + 1;

/** Whether a machine suffices for a plan, resource by resource. Pure: the same machine gives the same answer. */
export function preflight(needs: Needs, machine: MachineLimits): Check[] {
  return [
    ...connectionChecks(needs, machine),
    ...threadChecks(needs, machine),
    ...memoryChecks(needs, machine),
    ...processorChecks(machine),
  ];
}

function connectionChecks(needs: Needs, machine: MachineLimits): Check[] {
  const { fileDescriptors, localPorts, acceptQueue, handshakes } = needs;
  // Without SYN cookies the kernel keeps the last quarter for peers it knows.
  const synBacklog = Math.ceil((handshakes * 4) / 3);
  return [
    check(
      ["file descriptors of a process", "RLIMIT_NOFILE"],
      [fileDescriptors, machine.fileDescriptors],
      raiseLimit(machine, "n", "nofile", fileDescriptors),
    ),
    check(
      ["local ports of an address", "net.ipv4.ip_local_port_range"],
      [localPorts, left(machine.localPorts)],
      portsRemedy(needs, machine),
    ),
    check(
      ["accept queue", "net.core.somaxconn"],
      [acceptQueue, machine.somaxconn],
      setSysctl(machine, "net.core.somaxconn", acceptQueue),
    ),
    check(
      ["handshakes under way", "net.ipv4.tcp_max_syn_backlog"],
      [synBacklog, machine.tcpMaxSynBacklog],
      setSysctl(machine, "net.ipv4.tcp_max_syn_backlog", synBacklog),
    ),
  ];
}

function threadChecks({ threads, mappings }: Needs, machine: MachineLimits): Check[] {
  const { threadsMax, pidMax, userProcesses, groupTasks, maxMapCount } = machine;
  return [
    check(
      ["threads of the machine", "kernel.threads-max"],
      [threads, left(threadsMax)],
      setSysctl(machine, "kernel.threads-max", threadsMax.used + threads),
    ),
    check(
      ["thread numbers", "kernel.pid_max"],
      [threads, left(pidMax)],
      setSysctl(machine, "kernel.pid_max", pidMax.used + threads),
    ),
    check(
      ["threads of the user", "RLIMIT_NPROC"],
      [threads, left(userProcesses)],
      raiseLimit(machine, "u", "nproc", userProcesses.used + threads),
    ),
    check(
      ["threads of the control group", "pids.max"],
      [threads, left(groupTasks)],
      `${raiseGroupLimit(machine, groupTasks, threads)}, or start the container with --pids-limit`,
    ),
    check(
      ["memory mappings of the server", "vm.max_map_count"],
      [mappings, maxMapCount],
      setSysctl(machine, "vm.max_map_count", mappings),
    ),
  ];
}

function memoryChecks(needs: Needs, machine: MachineLimits): Check[] {
  const neededBytes = needs.baseBytes + needs.connections * needs.connectionBytes;
  const { memoryBytes, groupMemory } = machine;
  return [
    check(
      ["memory", "MemAvailable"],
      [neededBytes, memoryBytes],
      `end other programs${fewerConnections(needs, memoryBytes)}`,
      "bytes",
    ),
    check(
      ["memory of the control group", "memory.max"],
      [neededBytes, left(groupMemory)],
      `${raiseGroupLimit(machine, groupMemory, neededBytes)}, or start the container with --memory`,
      "bytes",
    ),
  ];
}

function processorChecks({ processors, groupProcessors, cpu, loadAverage }: MachineLimits): Check[] {
  const busy = `wait until other work has ended (the load average is ${loadAverage.toFixed(2)})`;
  return [
    check(
      ["processors", "affinity"],
      [PROCESSORS, processors],
      "allow two, 'taskset -c 0,1': server and client share one now, and take time from each other",
    ),
    check(
      ["processors of the control group", "cpu.max"],
      [PROCESSORS, groupProcessors],
      `start the container with --cpus ${PROCESSORS} or more: its processes are paused when they have used their share`,
    ),
    check(["processor time idle", "/proc/stat"], [IDLE_PERCENT, cpu.idlePercent], busy, "%"),
    check(
      ["processor time not stolen", "/proc/stat"],
      [NOT_STOLEN_PERCENT, 100 - cpu.stolenPercent],
      "measure at another time or on another machine: the hypervisor gives these processors to others",
      "%",
    ),
  ];
}

function check(
  [resource, limit]: readonly [string, string],
  [needed, available]: readonly [number, number],
  remedy: string,
  unit: Check["unit"] = "",
): Check {
  const isShort = available < needed;
  return {
    ...{ resource, limit, unit, needed, available: Math.max(0, available) },
    ...(isShort ? { status: "short", remedy } : { status: "ok", remedy: null }),
  };
}

function left({ limit, used }: Allowance): number {
  return limit - used;
}

function sudo({ isRoot }: MachineLimits): string {
  return isRoot ? "" : "sudo ";
}

function setSysctl(machine: MachineLimits, name: string, value: number | string): string {
  return `${sudo(machine)}sysctl -w ${name}=${value}`;
}

/** A shell's own ulimit cannot exceed the hard limit unless it is root's. */
function raiseLimit({ isRoot }: MachineLimits, letter: string, name: string, value: number): string {
  return isRoot ? `ulimit -${letter} ${value}` : `sudo prlimit --pid $$ --${name}=${value}:${value}`;
}

function raiseGroupLimit(machine: MachineLimits, { path, used }: GroupLimit, needed: number): string {
  return `echo ${used + needed} | ${sudo(machine)}tee ${path}`;
}

function portsRemedy({ localPorts }: Needs, machine: MachineLimits): string {
  const most = MOST_PORTS - machine.localPorts.used;
  if (localPorts > most)
    return `leave out steps above ${most} with --max-connections: an address has no more`;
  return setSysctl(machine, "net.ipv4.ip_local_port_range", '"1024 65535"');
}

function fewerConnections({ baseBytes, connectionBytes }: Needs, memoryBytes: number): string {
  const most = Math.floor((memoryBytes - baseBytes) / connectionBytes);
  return most < 1 ? "" : `, or leave out larger steps with --max-connections ${most}`;
}
