import type { EnvironmentDifference, LabResults } from "@c10k-lab/protocol";
import { optionText } from "@c10k-lab/words";

type Compared = Pick<LabResults, "manifest" | "repetitions">;
type Property = Pick<EnvironmentDifference, "property" | "name"> & { readonly value: unknown };

/** Lists what else than the commit may have caused a change: plan, machine, software, options. */
export function listEnvironmentDifferences(before: Compared, after: Compared): EnvironmentDifference[] {
  const [was, is] = [listProperties(before), listProperties(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((key) => {
      const { property, name } = (was.get(key) ?? is.get(key)) as Property;
      return { property, name, before: was.get(key)?.value ?? null, after: is.get(key)?.value ?? null };
    })
    .filter((one) => optionText(one.before) !== optionText(one.after));
}

function listProperties({ manifest, repetitions }: Compared): Map<string, Property> {
  const { software, nodes } = manifest;
  // What bounds a server is its own machine, wherever the lab is.
  const machine = nodes.find(({ side }) => side === "server") ?? manifest.machine;
  const of = (property: Property["property"], value: unknown, name: string | null = null): Property => {
    return { property, name, value };
  };
  const all = [
    of("plan", manifest.plan),
    of("outcome", manifest.outcome),
    of("engine", manifest.engine),
    of("processor", machine.cpu),
    of("processors", machine.processors),
    of("pinning", listPinnings(repetitions)),
    of("memory-bytes", machine.memoryBytes),
    of("file-descriptors", machine.fileDescriptors),
    of("kernel", machine.kernel),
    of("node", software.node),
    of("version", software.version),
    of("commit", software.commit),
    ...Object.entries(machine.sysctls ?? {}).map(([name, value]) => of("sysctl", value, name)),
    ...Object.entries(manifest.options).map(([name, value]) => of("option", value, name)),
  ];
  return new Map(all.map((one) => [`${one.property} ${one.name}`, one]));
}

/** Returns the different pinnings, in an order that does not depend on the repetitions. */
function listPinnings(repetitions: Compared["repetitions"]): unknown[] {
  const pinnings = new Set(repetitions.map(({ processors }) => JSON.stringify(processors)));
  return [...pinnings].toSorted().map((pinning) => JSON.parse(pinning));
}
