import type { Manifest } from "@c10k-lab/protocol";
import { type Column, figure } from "@c10k-lab/words";
import type { Experiment } from "../model/experiment.ts";
import { blocks, tableOf } from "../text/markdown.ts";

/** Renders machine and software in a row for each experiment. */
export function environment(experiments: readonly Experiment[]): string {
  return blocks(["## Environment", tableOf(COLUMNS, experiments)]);
}

const COLUMNS: readonly Column<Experiment>[] = [
  { head: "plan", align: "left", cell: ({ name }) => name },
  {
    head: "started",
    align: "left",
    cell: ({ results }) => results.manifest.startedAt.slice(0, 16).replace("T", " "),
  },
  { head: "processor", align: "left", cell: ({ results }) => describeProcessor(results.manifest.machine) },
  { head: "memory", cell: ({ results }) => `${figure(results.manifest.machine.memoryBytes / 2 ** 30)} GiB` },
  { head: "kernel", align: "left", cell: ({ results }) => results.manifest.machine.kernel },
  { head: "Node.js", align: "left", cell: ({ results }) => results.manifest.software.node },
  { head: "engine", align: "left", cell: ({ results }) => results.manifest.engine },
];

/** Returns "8 × AMD EPYC, 16 GiB, Linux 6.1". */
export function describeMachine({ machine }: Pick<Manifest, "machine">): string {
  return `${describeProcessor(machine)}, ${figure(machine.memoryBytes / 2 ** 30)} GiB, kernel ${machine.kernel}`;
}

function describeProcessor({ processors, cpu }: { processors: number; cpu: string }): string {
  return `${processors} × ${cpu}`;
}
