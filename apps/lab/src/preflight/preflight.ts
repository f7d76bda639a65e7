import { type Allowance, type GroupLimit, left } from "./allowance.ts";
import type { MachineLimits } from "./machine-limits.ts";
import { type Needs, sumMemory } from "./needs.ts";

/** A resource of the machine: the amount needed and the amount available. */
export interface Check {
  readonly resource: string;
  /** The kernel's name of the limit. */
  readonly limit: string;
  readonly unit: "" | "bytes" | "%";
  readonly needed: number;
  /** Infinity without a limit. */
  readonly available: number;
  readonly status: "ok" | "short";
  /** The remedy, a command where there is one; null when there is enough. */
  readonly remedy: string | null;
}

/** Idle time with which other work does not show beside the noise of one cell. */
const IDLE_PERCENT = 90;
const NOT_STOLEN_PERCENT = 98;
/** One for the server, one for the client. */
const PROCESSORS = 2;
/** Unprivileged ports. */
const MOST_PORTS = 65_535 - 1024 + 1;

/** Compares a plan's needs with a machine, resource by resource. */
export function preflight(needs: Needs, machine: MachineLimits): Check[] {
  return [
    ...connectionChecks(needs, machine),
    ...threadChecks(needs, machine),
    ...memoryChecks(needs, machine),
    ...processorChecks(machine),
  ];
}

function connectionChecks(needs: Needs, machine: MachineLimits): Check[] {
  const { fileDescriptors, openFiles, localPorts, acceptQueue, handshakes, connections } = needs;
  const { somaxconn, tcpMaxSynBacklog } = machine;
  // Without SYN cookies the kernel reserves the last quarter for known peers.
  const synBacklog = Math.ceil((handshakes * 4) / 3);
  const sysctl = sysctlChecks(machine);
  return [
    check(
      ["file descriptors of a process", "RLIMIT_NOFILE"],
      [fileDescriptors, machine.fileDescriptors],
      raiseLimit(machine, "n", "nofile", fileDescriptors),
    ),
    sysctl("open files of the machine", "fs.file-max", openFiles, machine.openFiles),
    sysctl("tracked connections", "net.netfilter.nf_conntrack_max", connections, machine.tracked),
    check(
      ["local ports of an address", "net.ipv4.ip_local_port_range"],
      [localPorts, left(machine.localPorts)],
      portsRemedy(needs, machine),
    ),
    sysctl("accept queue", "net.core.somaxconn", acceptQueue, { limit: somaxconn }),
    sysctl("handshakes under way", "net.ipv4.tcp_max_syn_backlog", synBacklog, { limit: tcpMaxSynBacklog }),
  ];
}

function threadChecks({ threads, mappings }: Needs, machine: MachineLimits): Check[] {
  const { threadsMax, pidMax, userProcesses, groupTasks, maxMapCount } = machine;
  const sysctl = sysctlChecks(machine);
  return [
    sysctl("threads of the machine", "kernel.threads-max", threads, threadsMax),
    sysctl("thread numbers", "kernel.pid_max", threads, pidMax),
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
    sysctl("memory mappings of the server", "vm.max_map_count", mappings, { limit: maxMapCount }),
  ];
}

/** Returns a function that checks a limit which sysctl(8) raises. */
function sysctlChecks(machine: MachineLimits) {
  return (
    resource: string,
    name: string,
    needed: number,
    { limit, used = 0 }: Partial<Allowance> & Pick<Allowance, "limit">,
  ) => check([resource, name], [needed, limit - used], setSysctl(machine, name, used + needed));
}

function memoryChecks(needs: Needs, machine: MachineLimits): Check[] {
  const neededBytes = sumMemory(needs.memory);
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
      "allow two, 'taskset -c 0,1': server and client now share one processor",
    ),
    check(
      ["processors of the control group", "cpu.max"],
      [PROCESSORS, groupProcessors],
      `start the container with --cpus ${PROCESSORS} or more: the kernel pauses processes that have used their quota`,
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

function sudo({ isRoot }: MachineLimits): string {
  return isRoot ? "" : "sudo ";
}

function setSysctl(machine: MachineLimits, name: string, value: number | string): string {
  return `${sudo(machine)}sysctl -w ${name}=${value}`;
}

/** Returns a command that raises a limit: only root's ulimit may exceed the hard limit. */
function raiseLimit({ isRoot }: MachineLimits, letter: string, name: string, value: number): string {
  return isRoot ? `ulimit -${letter} ${value}` : `sudo prlimit --pid $$ --${name}=${value}:${value}`;
}

function raiseGroupLimit(machine: MachineLimits, { path, used }: GroupLimit, needed: number): string {
  return `echo ${used + needed} | ${sudo(machine)}tee ${path}`;
}

function portsRemedy({ localPorts }: Needs, machine: MachineLimits): string {
  const most = MOST_PORTS - machine.localPorts.used;
  if (localPorts > most)
    return `give the load 'source: 127.0.0.1/24' (254 addresses), or leave out cells above ${most} with --max-connections: an address has no more ports`;
  return setSysctl(machine, "net.ipv4.ip_local_port_range", '"1024 65535"');
}

function fewerConnections({ memory, connections }: Needs, memoryBytes: number): string {
  const eachBytes = (sumMemory(memory) - memory.processes) / connections;
  const most = Math.floor((memoryBytes - memory.processes) / eachBytes);
  return most < 1 ? "" : `, or leave out larger cells with --max-connections ${most}`;
}
