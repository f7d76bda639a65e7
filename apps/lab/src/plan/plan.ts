import type { Axis, Objective, Searched, ServerName } from "@c10k-lab/protocol";

/** Options of the client by name, without dashes; true is a flag: `{ "connect-rate": "500", "no-barrier": true }`. */
export type Load = Readonly<Record<string, string | true>>;

/** An experiment as pure data: what is compared, under which loads, how often. `plan-file.ts` reads one from YAML. */
export interface Plan {
  readonly name: string;
  /** One sentence: what one will know afterwards. */
  readonly question: string;
  /** One sentence: what is done, and how long it takes. */
  readonly about: string;
  /** What the x axis of the plan is. */
  readonly axis: Axis;
  /** Variants are compared within a group; most plans have one without a name. */
  readonly groups: readonly Group[];
  /** Client processes that share the connections of a step, a factor of the experiment: each number is a step of its own. */
  readonly clients: readonly number[];
  /** How often each cell is run: from three on, medians carry an interval. */
  readonly repeats: number;
  /** Of the order in which the variants meet a load. */
  readonly seed: number;
  /** A cell that is still at work after this long is cut off; null: never. */
  readonly cutoffMs: number | null;
  /** A plan for `lab capacity`: limits are searched instead of steps gone through. */
  readonly search: SearchPlan | null;
}

export interface Group {
  readonly name: string | null;
  readonly variants: readonly Variant[];
}

/** What is compared, drawn as one line: a server with its options, under a load. */
export interface Variant {
  readonly name: string;
  readonly server: ServerName;
  /** Options of the server, as typed. */
  readonly args: readonly string[];
  readonly load: Load;
  /** Ascending. */
  readonly steps: readonly Step[];
  /** Each so many connections get a server process of their own; null: one for all. */
  readonly connectionsPerServer: number | null;
}

/** A place on the x axis. */
export interface Step {
  readonly x: number;
  /** As the plan has it: `64KiB`. */
  readonly text: string;
}

/** How far each search goes, and against what. */
export interface SearchPlan {
  readonly objective: Objective;
  /** Where a search ends, as a share of the value: 0.1 tells 1,000 from 1,100. */
  readonly precision: number;
  readonly ranges: Readonly<Partial<Record<Searched, SearchRange>>>;
}

export interface SearchRange {
  readonly from: number;
  readonly to: number;
  /** What is held fast: the rate while connections are searched, connections while the rate is. */
  readonly fixed: number;
}

function variantsOf({ groups }: Pick<Plan, "groups">): Variant[] {
  return groups.flatMap(({ variants }) => variants);
}

export function serversOf(plan: Pick<Plan, "groups">): ServerName[] {
  return [...new Set(variantsOf(plan).map(({ server }) => server))];
}
