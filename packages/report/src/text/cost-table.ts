import { findRefusal } from "@c10k-lab/protocol";
import {
  about,
  type Column,
  figure,
  integer,
  listed,
  MISSING,
  nameRefusal,
  type Table,
  tabulate,
} from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsInOrder, type Group, hasConnectionCosts } from "../model/group.ts";
import { axisColumn, SERVER } from "./columns.ts";

const COLUMNS: readonly Column<CellFigures>[] = [
  { head: "server processes", cell: ({ middle }) => integer(middle.servers) },
  { head: "clients", cell: ({ middle }) => integer(middle.clients) },
  { head: "held", cell: ({ held }) => integer(held) },
  { head: "bytes in servers", cell: ({ serverBytes }) => about(serverBytes) },
  { head: "bytes in clients", cell: ({ clientBytes }) => about(clientBytes) },
  { head: "bytes in kernel", cell: ({ kernelBytes }) => about(kernelBytes) },
  { head: "opened/s", cell: ({ openedPerSecond }) => about(openedPerSecond) },
  { head: "CPU µs/message", cell: ({ cpuPerMessageUs }) => figure(cpuPerMessageUs) },
  { head: "stop s", cell: ({ stopSeconds }) => figure(stopSeconds) },
  { head: "results MiB", cell: ({ resultMiB }) => figure(resultMiB) },
];

/** Reason why a server did not hold all; the table is without it where every one did. */
const END: Column<CellFigures> = { head: "ended by", align: "left", cell: describeEnd };

function describeEnd({ status, middle }: CellFigures): string {
  const refusal = findRefusal(middle);
  if (refusal !== null) return nameRefusal(refusal);
  return status === "ok" ? MISSING : status;
}

/** Returns what the connections of each cell cost; null where no cell's clients waited for each other. */
export function costTable(group: Group): Table | null {
  if (!hasConnectionCosts(group)) return null;
  const cells = cellsInOrder(group);
  const ends = cells.some((cell) => describeEnd(cell) !== MISSING) ? [END] : [];
  return tabulate([SERVER, axisColumn(group.axis), ...COLUMNS, ...ends], cells);
}

/** Returns a sentence on the kernel's objects of each variant at its largest load. */
export function describeSlabs(group: Group): string[] {
  return group.variants.flatMap((variant) => {
    const cell = cellsInOrder(group).findLast((one) => one.variant === variant && one.middle.evidence.held);
    const held = cell?.middle.evidence.held;
    if (!held || held.connections === 0) return [];
    const slabs = Object.entries(held.slabsKiB).toSorted(([, a], [, b]) => b - a);
    if (slabs.length === 0) return [];
    const parts = slabs.map(([name, kib]) => `${name} ${about((1024 * kib) / held.connections)} B`);
    return [`${variant} with ${integer(held.connections)} connections open: ${listed(parts)} a connection.`];
  });
}
