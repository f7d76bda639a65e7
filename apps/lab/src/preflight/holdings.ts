import { kebab } from "@c10k-lab/cli";
import type { Holding } from "@c10k-lab/words";
import { type Cell, openAtOnce } from "../plan/cells.ts";
import { findContract } from "../plan/contracts.ts";
import { OWN_DESCRIPTORS, UNEVEN } from "../plan/processes.ts";
import { left } from "./allowance.ts";
import type { MachineLimits } from "./machine-limits.ts";
import {
  addressPairs,
  MAPPINGS_PER_THREAD,
  needsOf,
  needsThreads,
  OWN_MAPPINGS,
  OWN_THREADS,
  processesOf,
  sumMemory,
} from "./needs.ts";
import type { Scene } from "./scenes.ts";

/** A limit, and the connections of a cell at which it ends them. */
type End = readonly [limit: string, connections: number];

/** Returns what each variant will hold that will not hold all of its largest cell, and the limit that ends it; the least first. */
export function holdingsOf(scenes: readonly Scene[], machine: MachineLimits): Holding[] {
  const cells = scenes.flat().toSorted((a, b) => openAtOnce(b) - openAtOnce(a));
  const largest = [...Map.groupBy(cells, ({ variant }) => variant).values()].flatMap(
    ([first]) => first ?? [],
  );
  const holdings = largest.flatMap((cell): Holding[] => {
    const asked = openAtOnce(cell);
    const [limit, held] = endsOf(cell, machine).reduce((a, b) => (b[1] < a[1] ? b : a));
    return held < asked ? [{ variant: cell.variant, asked, held: Math.max(0, Math.floor(held)), limit }] : [];
  });
  return holdings.toSorted((a, b) => a.held - b.held);
}

function endsOf(cell: Cell, machine: MachineLimits): End[] {
  const { servers, clients, sharesPort } = cell;
  const spread = servers / (sharesPort ? UNEVEN : 1);
  const own = processesOf(cell) * OWN_DESCRIPTORS;
  return [
    ...optionEnds(cell),
    ["RLIMIT_NOFILE", (machine.fileDescriptors - OWN_DESCRIPTORS) * Math.min(spread, clients)],
    ["fs.file-max", (left(machine.openFiles) - own) / 2],
    ["net.ipv4.ip_local_port_range", left(machine.localPorts) * addressPairs(cell)],
    ["net.netfilter.nf_conntrack_max", left(machine.tracked)],
    ...(needsThreads(cell) ? threadEnds(cell, machine) : []),
    ...memoryEnds(cell, machine),
  ];
}

/** Limits that the server was told: the number of connections, or a bound of the descriptors' numbers. */
function optionEnds({ server, options, servers }: Cell): End[] {
  const contract = findContract(server);
  const bound = contract?.descriptorBound;
  const read = (name: string) =>
    Number(options[name]?.value ?? contract?.options[name as keyof typeof contract.options]?.default);
  return [
    ...(options.maxConnections ? [["--max-connections", read("maxConnections") * servers] as const] : []),
    ...(bound ? [[`--${kebab(bound)}`, (read(bound) - OWN_DESCRIPTORS) * servers] as const] : []),
  ];
}

function threadEnds(cell: Cell, machine: MachineLimits): End[] {
  const own = (processesOf(cell) + 1) * OWN_THREADS;
  const mappings = (machine.maxMapCount - OWN_MAPPINGS) / MAPPINGS_PER_THREAD;
  return [
    ["kernel.threads-max", left(machine.threadsMax) - own],
    ["kernel.pid_max", left(machine.pidMax) - own],
    ["RLIMIT_NPROC", left(machine.userProcesses) - own],
    ["pids.max", left(machine.groupTasks) - own],
    ["vm.max_map_count", mappings * cell.servers],
  ];
}

function memoryEnds(cell: Cell, machine: MachineLimits): End[] {
  const { memory, connections } = needsOf([[cell]]);
  const eachBytes = (sumMemory(memory) - memory.processes) / connections;
  const held = (bytes: number) => (bytes - memory.processes) / eachBytes;
  return [
    ["MemAvailable", held(machine.memoryBytes)],
    ["memory.max", held(left(machine.groupMemory))],
  ];
}
