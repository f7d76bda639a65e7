import type { Manifest, SwarmNode } from "@c10k-lab/protocol";
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
  { head: "processor", align: "left", cell: perMachine(describeProcessor) },
  { head: "memory", cell: perMachine(describeMemory) },
  { head: "kernel", align: "left", cell: perMachine(({ kernel }) => kernel) },
  { head: "Node.js", align: "left", cell: ({ results }) => results.manifest.software.node },
  {
    head: "c10k-lab",
    align: "left",
    cell: ({ results: { manifest } }) => describeVersion(manifest.software),
  },
  { head: "engine", align: "left", cell: ({ results }) => results.manifest.engine },
];

/** Returns "0.1.0 (0123abc)", or the version alone where the commit is not known. */
function describeVersion({ version, commit }: Manifest["software"]): string {
  return commit === null ? version : `${version} (${commit.slice(0, 7)})`;
}

type Machine = Pick<Manifest["machine"], "processors" | "cpu" | "memoryBytes" | "kernel">;

/** Returns "8 × AMD EPYC, 16 GiB, kernel 6.1"; of several machines with side and name: "server on alpha: 8 × …". */
export function describeMachine(manifest: Pick<Manifest, "machine" | "nodes">): string {
  const describe = (machine: Machine) =>
    `${describeProcessor(machine)}, ${describeMemory(machine)}, kernel ${machine.kernel}`;
  return sayOfMachines(manifest, describe, ({ side, name }) => `${side} on ${name}: `);
}

/** Returns a cell with a property of each machine that ran server or clients. */
function perMachine(describe: (machine: Machine) => string): Column<Experiment>["cell"] {
  return ({ results }) => sayOfMachines(results.manifest, describe, ({ name }) => `${name}: `);
}

/** Describes the lab's machine, or else the nodes: where there are some, the apps did not run on the lab's alone. */
function sayOfMachines(
  { machine, nodes }: Pick<Manifest, "machine" | "nodes">,
  describe: (machine: Machine) => string,
  label: (node: SwarmNode) => string,
): string {
  if (nodes.length === 0) return describe(machine);
  return nodes.map((node) => label(node) + describe(node)).join("; ");
}

function describeMemory({ memoryBytes }: Machine): string {
  return `${figure(memoryBytes / 2 ** 30)} GiB`;
}

function describeProcessor({ processors, cpu }: Machine): string {
  return `${processors} × ${cpu}`;
}
