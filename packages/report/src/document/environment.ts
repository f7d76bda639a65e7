import type { Manifest } from "@c10k-lab/protocol";
import { figure, integer, listed, MISSING } from "@c10k-lab/words";
import type { Run } from "../model/run.ts";
import { blocks, tableOf, text } from "../text/markdown.ts";

type Rows = readonly (readonly [what: string, value: string])[];

/** Where the numbers come from: what is the same for all runs once, what is not for each. */
export function environment(runs: readonly Run[]): string {
  const all = runs.map(
    ({ results: { manifest } }) => new Map([...runRows(manifest), ...machineRows(manifest)]),
  );
  const names = [...new Set(all.flatMap((rows) => [...rows.keys()]))];
  const valuesOf = (name: string) => all.map((rows) => rows.get(name) ?? MISSING);
  const same = names.filter((name) => new Set(valuesOf(name)).size === 1);
  const different = names.filter((name) => !same.includes(name));
  return blocks([
    "## Environment",
    machineSentence(runs, different),
    tableOf(
      { head: ["what", "value"], rows: same.map((name) => [name, valuesOf(name)[0] ?? MISSING]) },
      [0, 1],
    ),
    different.length === 0
      ? ""
      : tableOf(
          {
            head: ["what differs", ...runs.map(({ name }) => name)],
            rows: different.map((name) => [name, ...valuesOf(name)]),
          },
          [0, ...runs.map((_, index) => index + 1)],
        ),
  ]);
}

function machineSentence(runs: readonly Run[], different: readonly string[]): string {
  const [first] = runs;
  if (first === undefined || runs.length === 1) return "";
  const ofMachine = new Set(machineRows(first.results.manifest).map(([name]) => name));
  const differs = different.filter((name) => ofMachine.has(name));
  if (differs.length === 0)
    return "All runs were made on one machine, with the same settings and the same programs.";
  return `**The runs differ in what they were made on or with:** ${text(listed(differs))}. Each is read by itself; nothing below compares one with another.`;
}

/** Of each run its own. */
function runRows({ plan, engine, images, startedAt, finishedAt, machine }: Manifest): Rows {
  return [
    ["plan", plan],
    ["engine", engine],
    ...Object.entries(images ?? {}).map(([app, id]): [string, string] => [`image of ${app}`, id]),
    ["started", startedAt],
    ["finished", finishedAt ?? MISSING],
    ["load average when it began", machine.loadAverage.map((load) => load.toFixed(2)).join(", ")],
  ];
}

function machineRows({ machine, software }: Manifest): Rows {
  const sysctls = Object.entries(machine.sysctls).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ["processor", machine.cpu],
    ["processors", integer(machine.processors)],
    ["memory", `${figure(machine.memoryBytes / 2 ** 30)} GiB`],
    ["kernel", machine.kernel],
    ["file descriptors allowed", integer(machine.fileDescriptors)],
    ["Node.js", software.node],
    ["c10k-lab", software.version + (software.commit === null ? "" : `, commit ${software.commit}`)],
    ...sysctls,
  ];
}
