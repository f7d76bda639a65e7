import type { CellResult, Manifest } from "@c10k-lab/protocol";
import { figure, integer } from "@c10k-lab/words";
import { optionText } from "../model/option-text.ts";

interface EnvironmentDifference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

interface Run {
  readonly manifest: Manifest;
  readonly cells: readonly CellResult[];
}

const NOT_GIVEN = "not given";

/** What was not the same where two runs were made, or how: what else a change may come from. */
export function environmentDifferences(before: Run, after: Run): EnvironmentDifference[] {
  const [was, is] = [factsOf(before), factsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((what) => ({
      what,
      before: was.get(what) ?? NOT_GIVEN,
      after: is.get(what) ?? NOT_GIVEN,
    }))
    .filter((fact) => fact.before !== fact.after);
}

function factsOf({ manifest, cells }: Run): Map<string, string> {
  const { machine, software, options } = manifest;
  return new Map([
    ["plan", manifest.plan],
    ["outcome of the run", manifest.outcome],
    ["engine", manifest.engine],
    ["processor", machine.cpu],
    ["processors", integer(machine.processors)],
    ["processors of server and client", pinningOf(cells)],
    ["memory", `${figure(machine.memoryBytes / 2 ** 30)} GiB`],
    ["file descriptors allowed", integer(machine.fileDescriptors)],
    ["kernel", machine.kernel],
    ["Node.js", software.node],
    ["c10k-lab", software.version],
    ["commit", software.commit ?? "unknown"],
    ...Object.entries(machine.sysctls),
    ...Object.entries(options).map(([name, value]): [string, string] => [
      `option ${name}`,
      optionText(value),
    ]),
  ]);
}

function pinningOf(cells: readonly CellResult[]): string {
  const pinnings = cells.map(({ processors }) =>
    processors === null ? "shared" : `${processors.server.join(",")} and ${processors.client.join(",")}`,
  );
  return [...new Set(pinnings)].toSorted().join("; ");
}
