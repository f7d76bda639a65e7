import type { Manifest } from "@c10k-lab/protocol";
import type { Plan, Variant } from "./plan.ts";
import { argsOf } from "./plan-file.ts";

/** The plan with all that was changed in it, as the report's appendix shows it. */
export function optionsOf({
  about,
  axis,
  groups,
  clients,
  repeats,
  seed,
  cutoffMs,
  search,
}: Plan): Manifest["options"] {
  const variants = groups.flatMap(({ name: group, variants: all }) =>
    all.map((variant): [string, string] => [
      `variant ${[group, variant.name].filter((part) => part !== null).join(", ")}`,
      describe(variant),
    ]),
  );
  return {
    about,
    ...(search ? { search } : { varies: axis }),
    ...Object.fromEntries(variants),
    ...{ clients, repeats, seed },
    ...(cutoffMs === null ? {} : { "cut off after": `${cutoffMs / 1000} s` }),
  };
}

function describe({ server, args, load, steps, connectionsPerServer }: Variant): string {
  const parts = [
    [`server ${server}`, ...args].join(" "),
    ["client", ...argsOf(load)].join(" "),
    steps.length === 0 ? "" : `values ${steps.map(({ text }) => text).join(", ")}`,
    connectionsPerServer === null ? "" : `a server for each ${connectionsPerServer} connections`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
