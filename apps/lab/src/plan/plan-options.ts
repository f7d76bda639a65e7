import { commandWords } from "@c10k-lab/cli";
import type { Manifest } from "@c10k-lab/protocol";
import { CLIENT, findContract } from "./contracts.ts";
import { describeForeign } from "./foreign/foreign-server.ts";
import type { Plan, Variant } from "./plan.ts";

/** Returns the plan with its changes, as the report's appendix shows it. */
export function optionsOf({
  about,
  axis,
  groups,
  clients,
  repeats,
  budgetMs,
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
  const hasBudget = search !== null || groups.some(({ measure }) => measure === "slices");
  return {
    about,
    ...(search ? { search } : { varies: axis }),
    ...Object.fromEntries(variants),
    clients,
    repeats,
    ...(hasBudget && Number.isFinite(budgetMs) ? { budget: `${budgetMs / 1000} s` } : {}),
    seed,
    ...(cutoffMs === null ? {} : { "cut off after": `${cutoffMs / 1000} s` }),
  };
}

function describe(variant: Variant): string {
  const { server, foreign, options, load, connections, steps, connectionsPerServer, processes } = variant;
  const parts = [
    foreign
      ? describeForeign(foreign)
      : [`server ${server}`, ...commandWords(options, findContract(server)?.options ?? {})].join(" "),
    [
      "client",
      ...(connections === null ? [] : ["--connections", connections.text]),
      ...commandWords(load, CLIENT.options),
    ].join(" "),
    steps.length === 0 ? "" : `values ${steps.map(({ text }) => text).join(", ")}`,
    connectionsPerServer === null ? "" : `a server for each ${connectionsPerServer} connections`,
    processes === null ? "" : `processes on one port: ${processes}`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
