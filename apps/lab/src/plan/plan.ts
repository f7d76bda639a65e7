import type { Range } from "@c10k-lab/cli";
import type { Axis, Objective, Searched } from "@c10k-lab/protocol";
import type { Step } from "./axis.ts";
import type { ForeignServer } from "./foreign/foreign-server.ts";
import type { LoadLayer, ServerSettings } from "./load.ts";

/** An experiment as pure data: variants, loads, repetitions. `yaml/plan-file.ts` reads one from YAML. */
export interface Plan {
  readonly name: string;
  /** One sentence: the question that the experiment answers. */
  readonly question: string;
  /** One sentence: what is done, and how long it takes. */
  readonly about: string;
  /** The x axis of the groups that have none of their own. */
  readonly axis: Axis;
  /** Variants are compared within a group; most plans have one group without a name. */
  readonly groups: readonly Group[];
  /** Slices: time for the whole experiment, ms. */
  readonly budgetMs: number;
  /** Client processes that share the connections of a cell; each number makes a cell of its own. */
  readonly clients: readonly number[];
  /** Repetitions of the groups that have no number of their own. */
  readonly repeats: number;
  /** Seed of the order in which the variants meet a load. */
  readonly seed: number;
  /** A repetition that takes longer is cut off; null: never. */
  readonly cutoffMs: number | null;
  /** A plan for `lab capacity`: limits are searched, there are no axis values. */
  readonly search: SearchPlan | null;
}

/** A plan that has something to search. */
export interface PlanToSearch extends Plan {
  readonly search: SearchPlan;
}

export const MEASURES = ["slices", "whole"] as const;
type Measure = (typeof MEASURES)[number];

export interface Group {
  readonly name: string | null;
  /** Place of its key in the file, for mistakes. */
  readonly place: string;
  /** The x axis. */
  readonly axis: Axis;
  /** Variants are up together and measured in slices, or one after another from start to end. */
  readonly measure: Measure;
  /** Repetitions of each cell, of slices at least so many; from three on, figures have intervals. */
  readonly repeats: number;
  readonly variants: readonly Variant[];
}

/** A server with its options, under a load; a line in the charts. */
export interface Variant extends LoadLayer {
  readonly name: string;
  /** Name of the server, see contracts.ts; the variant's where the server is foreign. */
  readonly server: string;
  /** A server that is not one of ours; null for those of contracts.ts. */
  readonly foreign: ForeignServer | null;
  readonly options: ServerSettings;
  /** Ascending. */
  readonly steps: readonly Step[];
  /** Connections for each server process; null: one process for all. */
  readonly connectionsPerServer: number | null;
  /** Server processes that share one port; auto: as many as descriptors demand; null: not given. */
  readonly processes: number | "auto" | null;
}

/** The ranges of a search, and the objective. */
export interface SearchPlan {
  readonly objective: Objective;
  /** Smallest distance that a search tells apart, as a share of the value: 0.1 tells 1,000 from 1,100. */
  readonly precision: number;
  readonly ranges: Readonly<Partial<Record<Searched, SearchRange>>>;
}

export interface SearchRange extends Range {
  /** The rate while connections are searched; the connections while the rate is. */
  readonly fixed: number;
}

/** Returns the names of a plan's servers, each once, the foreign ones last. */
export function serversOf(plan: Pick<Plan, "groups">): string[] {
  const all = plan.groups.flatMap(({ variants }) => variants.map(({ server }) => server));
  return [...new Set([...ownServersOf(plan), ...all])];
}

/** Returns the names of a plan's servers that have a contract, each once. */
export function ownServersOf({ groups }: Pick<Plan, "groups">): string[] {
  const own = groups.flatMap(({ variants }) => variants.filter(({ foreign }) => foreign === null));
  return [...new Set(own.map(({ server }) => server))];
}

/** Returns the foreign servers of a plan by name. */
export function foreignServersOf({ groups }: Pick<Plan, "groups">): Map<string, ForeignServer> {
  return new Map(
    groups.flatMap(({ variants }) =>
      variants.flatMap(({ name, foreign }): [string, ForeignServer][] => (foreign ? [[name, foreign]] : [])),
    ),
  );
}
