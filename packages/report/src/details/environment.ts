import type { Manifest, SwarmNode } from "@c10k-lab/protocol";
import { type Column, figure, integer, listed, MISSING, plural } from "@c10k-lab/words";
import type { Experiment } from "../model/experiment.ts";
import { blocks, tableOf, text } from "../text/markdown.ts";

type Entries = readonly (readonly [name: string, value: string])[];

/** One property of machine or software, with its value in each experiment. */
interface Property {
  readonly name: string;
  readonly values: readonly string[];
}

/** Renders machine and software: once where all experiments agree, else for each. */
export function environment(experiments: readonly Experiment[]): string {
  const all = experiments.map(
    ({ results: { manifest } }) => new Map([...experimentEntries(manifest), ...machineEntries(manifest)]),
  );
  const names = [...new Set(all.flatMap((entries) => [...entries.keys()]))];
  const properties = names.map((name) => ({ name, values: all.map((one) => one.get(name) ?? MISSING) }));
  const isSame = ({ values }: Property) => new Set(values).size === 1;
  const different = properties.filter((one) => !isSame(one));
  return blocks([
    "## Environment",
    describeMachines(experiments, different),
    tableOf([nameColumn("property"), valueColumn("value", 0)], properties.filter(isSame)),
    different.length === 0
      ? ""
      : tableOf(
          [
            nameColumn("property that differs"),
            ...experiments.map((experiment, at) => valueColumn(experiment.name, at)),
          ],
          different,
        ),
  ]);
}

function nameColumn(head: string): Column<Property> {
  return { head, align: "left", cell: ({ name }) => name };
}

function valueColumn(head: string, at: number): Column<Property> {
  return { head, align: "left", cell: ({ values }) => values[at] ?? MISSING };
}

function describeMachines(experiments: readonly Experiment[], different: readonly Property[]): string {
  const [first] = experiments;
  if (first === undefined || experiments.length === 1) return "";
  const ofMachine = new Set(machineEntries(first.results.manifest).map(([name]) => name));
  const differs = different.map(({ name }) => name).filter((name) => ofMachine.has(name));
  if (differs.length === 0) {
    return "All experiments were made on one machine, with the same settings and the same programs.";
  }
  return `**The experiments differ in machine or software:** ${text(listed(differs))}. Each is read by itself; nothing below compares one with another.`;
}

function experimentEntries(manifest: Manifest): Entries {
  const { plan, engine, images, startedAt, finishedAt, machine, nodes } = manifest;
  return [
    ["plan", plan],
    ["engine", engine],
    ...Object.entries(images ?? {}).map(([app, id]): [string, string] => [`image of ${app}`, id]),
    ...nodes.map((node): [string, string] => [`node ${node.name}`, describeNode(node)]),
    ...nodes.flatMap((node) => differingSysctls(node, machine)),
    ["started", startedAt],
    ["finished", finishedAt ?? MISSING],
    [
      nodes.length === 0 ? "load average when it began" : "the lab's load average",
      machine.loadAverage.map((load) => load.toFixed(2)).join(", "),
    ],
  ];
}

/** Returns settings of a node's kernel that are others than on the lab's machine, whose rows follow. */
function differingSysctls({ name: node, sysctls = {} }: SwarmNode, { sysctls: own }: Manifest["machine"]) {
  return Object.entries(sysctls)
    .filter(([name, value]) => value !== own[name])
    .map(([name, value]): [string, string] => [`${node}: ${name}`, value]);
}

/** Returns the facts of a node. */
function describeNode({ side, address, cpu, processors, memoryBytes, kernel, ...node }: SwarmNode): string {
  const clock = node.clock
    ? `clock ${node.clock.offsetMs.toFixed(1)} ms ahead (± ${node.clock.errorMs.toFixed(1)})`
    : "clock of reference";
  const files = node.fileDescriptors === null ? "any number of" : integer(node.fileDescriptors);
  const memory = `${figure(memoryBytes / 2 ** 30)} GiB`;
  return `${side}, ${address}, ${cpu}, ${plural(processors, "processor")}, ${memory}, kernel ${kernel}, ${files} file descriptors, load average ${node.loadAverage.toFixed(2)}, ${clock}`;
}

/** Returns properties of the lab's machine, named as such where servers or clients ran on others. */
function machineEntries({ machine, software, nodes }: Manifest): Entries {
  const of = (name: string) => (nodes.length === 0 ? name : `the lab's ${name}`);
  const sysctls = Object.entries(machine.sysctls).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    [of("processor"), machine.cpu],
    [of("processors"), integer(machine.processors)],
    [of("memory"), `${figure(machine.memoryBytes / 2 ** 30)} GiB`],
    [of("kernel"), machine.kernel],
    [of("file descriptors allowed"), integer(machine.fileDescriptors)],
    ["Node.js", software.node],
    ["c10k-lab", software.version + (software.commit === null ? "" : `, commit ${software.commit}`)],
    ...sysctls.map(([name, value]) => [of(name), value] as const),
  ];
}
