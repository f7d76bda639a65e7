import type { ContainerSample, NodeEvidence } from "@c10k-lab/protocol";
import { type Column, figure, integer, listed } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import type { Group } from "../model/group.ts";
import { blocks, tableOf } from "../text/markdown.ts";

const COLUMNS: readonly Column<CellFigures>[] = [
  { head: "cell", align: "left", cell: ({ name }) => name },
  {
    head: "server's memory MiB",
    cell: ({ middle }) => figure(memoryPeakMiB(middle.evidence.containers.server)),
  },
  {
    head: "clients' memory MiB",
    cell: ({ middle }) =>
      figure(middle.evidence.containers.clients.reduce((sum, samples) => sum + memoryPeakMiB(samples), 0)),
  },
  {
    head: "server's tasks",
    cell: ({ middle }) => integer(largest(middle.evidence.containers.server, ({ pids }) => pids)),
  },
  {
    head: "server throttled ms",
    cell: ({ middle }) =>
      integer(largest(middle.evidence.containers.server, ({ throttledMs }) => throttledMs)),
  },
];

/** Renders the container engine's account of each cell; empty where there was no engine. */
export function containers({ everyCell }: Group): string {
  const cells = everyCell.filter(({ middle }) => middle.evidence.containers.server.length > 0);
  if (cells.length === 0) return "";
  return blocks([
    "### Containers",
    "The engine's statistics, sampled once a second. Memory is what the control group was charged: page " +
      "cache and the kernel's socket buffers are in it, so it is not the RSS of the table above.",
    tableOf(COLUMNS, cells),
  ]);
}

/** A node in one repetition of a cell. */
interface NodeInCell extends NodeEvidence {
  readonly cell: string;
}

const NODE_COLUMNS: readonly Column<NodeInCell>[] = [
  { head: "cell", align: "left", cell: ({ cell }) => cell },
  { head: "node", align: "left", cell: ({ node }) => node },
  { head: "processes", align: "left", cell: ({ processes }) => listed(processes) },
  { head: "used, % of a core", cell: ({ busyPercent }) => figure(busyPercent) },
  { head: "by others", cell: ({ otherPercent }) => figure(otherPercent) },
  { head: "stolen", cell: ({ stolenPercent }) => figure(stolenPercent) },
  { head: "segments sent again", cell: ({ tcp }) => integer(tcp.RetransSegs ?? 0) },
  { head: "accept queue overflows", cell: ({ tcp }) => integer(tcp.ListenOverflows ?? 0) },
];

/** Renders the account of each machine, where there are several; empty where the cells ran on the lab's machine. */
export function nodes({ everyCell }: Group): string {
  const rows = everyCell.flatMap(({ name, middle }) =>
    middle.evidence.nodes.map((node): NodeInCell => ({ ...node, cell: name })),
  );
  if (rows.length === 0) return "";
  return blocks([
    "### Nodes",
    "Counted by the kernel of each node over the life of the process that ran there longest, start and end " +
      "included.",
    tableOf(NODE_COLUMNS, rows),
  ]);
}

function memoryPeakMiB(samples: readonly ContainerSample[]): number {
  return largest(samples, ({ memoryKiB }) => memoryKiB) / 1024;
}

function largest(samples: readonly ContainerSample[], value: (sample: ContainerSample) => number): number {
  return samples.reduce((highest, sample) => Math.max(highest, value(sample)), 0);
}
