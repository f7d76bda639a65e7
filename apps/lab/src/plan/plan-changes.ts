import { type Given, kebab, UsageError } from "@c10k-lab/cli";
import { readStep, type Step } from "./axis.ts";
import { countConnections } from "./cells.ts";
import { checkPlan } from "./check-plan.ts";
import { CLIENT, findContract, SERVERS } from "./contracts.ts";
import type { ForeignServer, NamedServer } from "./foreign/foreign-server.ts";
import { changeLimits, type GivenLimits } from "./foreign/server-limits.ts";
import { type LoadLayer, mergeLoad, readLoad } from "./load.ts";
import type { Group, Plan, Variant } from "./plan.ts";

/** Time in which a repetition exchanges messages where the plan would have measured slices. */
const WHOLE_DURATION = "3s";

/** Changes of a plan on a command line; what is not given stays as the plan has it. */
export interface PlanChanges extends GivenLimits {
  readonly servers?: readonly string[] | undefined;
  /** Adds the lab's servers that a group does not have, to every group. */
  readonly all?: boolean | undefined;
  /** Servers in addition to the plan's, in every group. */
  readonly foreign?: readonly NamedServer[] | undefined;
  /** Names of the variants that are kept. */
  readonly only?: readonly string[] | undefined;
  /** Values of the plan's axis, as typed. */
  readonly values?: readonly string[] | undefined;
  readonly connections?: readonly number[] | undefined;
  readonly maxConnections?: number | undefined;
  readonly clients?: readonly number[] | undefined;
  readonly durationMs?: number | undefined;
  /** "hold=10s rate=500" */
  readonly load?: string | undefined;
  readonly repeats?: number | undefined;
  readonly budgetMs?: number | undefined;
  readonly seed?: number | undefined;
}

/** @throws UsageError when no variant is left, or when a change does not fit the plan */
export function changePlan(plan: Plan, changes: PlanChanges): Plan {
  const { maxConnections, clients, repeats, budgetMs, seed } = changes;
  assertNamesDiffer(changes.foreign ?? []);
  const load = readChanges(plan, changes);
  const steps = readSteps(plan, changes);
  const groups = plan.groups.flatMap((group) => {
    const variants = chooseVariants(group, changes).map((variant) => ({
      ...variant,
      foreign: variant.foreign && limitServer(variant.foreign, changes),
      ...mergeLoad(variant, load),
      steps: (group.axis === plan.axis ? steps : null) ?? variant.steps,
    }));
    return variants.length === 0 ? [] : [{ ...group, repeats: repeats ?? group.repeats, variants }];
  });
  if (groups.length === 0) {
    const option = changes.only ? "--only" : "--servers";
    throw new UsageError(`${option}: the plan ${plan.name} has none of them`);
  }
  assertAllFound(plan, groups, changes.only ?? []);
  const changed = {
    ...plan,
    groups: maxConnections === undefined ? groups : dropLarge({ ...plan, groups }, maxConnections),
    clients: clients ?? plan.clients,
    repeats: repeats ?? plan.repeats,
    budgetMs: budgetMs ?? plan.budgetMs,
    seed: seed ?? plan.seed,
  };
  checkPlan(changed);
  return changed;
}

/** Returns the variants of a group that are kept, those of the command line first: the plan's last is the reference. */
function chooseVariants(group: Group, { servers, all, foreign = [], only }: PlanChanges): Variant[] {
  const kept = group.variants.filter(({ server, foreign: other }) =>
    other === null ? (servers?.includes(server) ?? true) : true,
  );
  const missing = all ? addMissing(group, SERVERS) : [];
  return [...foreign.map((server) => addVariant(group, server)), ...missing, ...kept].filter(
    ({ name }) => only?.includes(name) ?? true,
  );
}

function limitServer(server: ForeignServer, given: GivenLimits): ForeignServer {
  return server.kind === "command" ? { ...server, limits: changeLimits(server.limits, given) } : server;
}

/** Returns those of some servers that a group does not have, with their default options and the load of its first variant. */
export function addMissing({ variants }: Pick<Group, "variants">, servers: readonly string[]): Variant[] {
  const [first] = variants;
  if (first === undefined) return [];
  return servers
    .filter((name) => variants.every(({ server }) => server !== name))
    .map((name) => ({
      ...first,
      ...{ name, server: name, foreign: null, options: {} },
    }));
}

/** Returns a variant with the load of the group's first one. */
function addVariant({ axis, variants }: Group, { name, foreign, place }: NamedServer): Variant {
  const [first] = variants;
  if (first === undefined || findContract(name) || variants.some((variant) => variant.name === name)) {
    throw new UsageError(`${place}: the name ${name} is taken`);
  }
  if (axis === "backlog") {
    throw new UsageError(`${place}: the plan varies the backlog, an option of the lab's own servers`);
  }
  const perServer = foreign.kind === "target" ? null : first.connectionsPerServer;
  return {
    ...first,
    name,
    server: name,
    foreign,
    options: {},
    connectionsPerServer: perServer,
    processes: null,
  };
}

/**
 * Returns the plan with each cell measured from start to end: for an engine whose clients may not reach the lab, which
 * would direct them slice by slice.
 */
export function measureWhole(plan: Plan): Plan {
  const groups = plan.groups.map((group) => {
    if (group.measure === "whole") return group;
    const duration = { duration: { text: WHOLE_DURATION, place: plan.name } };
    const load = readLoad(duration, { axis: group.axis, isSearch: false, isSliced: false });
    const variants = group.variants.map((variant) => ({ ...variant, ...mergeLoad(load, variant) }));
    return { ...group, measure: "whole" as const, variants };
  });
  return { ...plan, groups };
}

function assertNamesDiffer(servers: readonly NamedServer[]): void {
  const twice = servers.find(({ name }, index) =>
    servers.slice(0, index).some((other) => other.name === name),
  );
  if (twice) throw new UsageError(`${twice.place}: the name ${twice.name} is taken`);
}

function assertAllFound({ name }: Plan, groups: readonly Group[], only: readonly string[]): void {
  const names = groups.flatMap(({ variants }) => variants.map((variant) => variant.name));
  const missing = only.find((one) => !names.includes(one));
  if (missing === undefined) return;
  throw new UsageError(
    `--only: the plan ${name} has no variant ${missing}; it has ${[...new Set(names)].join(", ")}`,
  );
}

/** Returns what --load, --duration and --connections change; --load counts where it says the same as another. */
function readChanges(plan: Plan, changes: PlanChanges): LoadLayer {
  const { durationMs, load = "" } = changes;
  const duration =
    durationMs === undefined ? {} : { duration: { text: `${durationMs}ms`, place: "--duration" } };
  const layers = [{ ...duration, ...fixConnections(plan, changes) }, parseLoad(load)];
  const isSliced = plan.groups.some(({ measure }) => measure === "slices");
  const varied = { axis: plan.axis, isSearch: plan.search !== null, isSliced };
  return layers.map((layer) => readLoad(layer, varied)).reduce(mergeLoad);
}

function readSteps({ axis }: Plan, { values, connections }: PlanChanges): Step[] | null {
  const texts =
    values?.map((text) => ({ text, place: "--values" })) ??
    (axis === "connections"
      ? connections?.map((count) => ({ text: String(count), place: "--connections" }))
      : undefined);
  return texts?.map((text) => readStep(axis, text)).toSorted((a, b) => a.x - b.x) ?? null;
}

/** Returns the one number of connections in a plan whose axis is another. */
function fixConnections({ name, axis }: Plan, { connections }: PlanChanges): Record<string, Given> {
  if (connections === undefined || axis === "connections") return {};
  const [only, ...others] = connections;
  if (others.length > 0 || axis === "idle") {
    throw new UsageError(`--connections: the plan ${name} varies ${axis}: give its values with --values`);
  }
  return { connections: { text: String(only), place: "--connections" } };
}

/** Drops the axis values with more connections than that. */
function dropLarge({ name, groups }: Plan, maxConnections: number): Plan["groups"] {
  const counts = groups.flatMap(({ axis, variants }) =>
    variants.flatMap((variant) => variant.steps.map((step) => countConnections(axis, step, variant))),
  );
  const smallest = Math.min(...counts);
  if (smallest > maxConnections) {
    throw new UsageError(`--max-connections: the smallest cell of ${name} has ${smallest}`);
  }
  return groups.map((group) => ({
    ...group,
    variants: group.variants.map((variant) => ({
      ...variant,
      steps: variant.steps.filter((step) => countConnections(group.axis, step, variant) <= maxConnections),
    })),
  }));
}

const FLAGS = Object.entries(CLIENT.options).flatMap(([name, row]) => ("isFlag" in row ? [kebab(name)] : []));

/** Reads "hold=10s rate=500 no-barrier". @throws UsageError */
function parseLoad(load: string): Record<string, Given> {
  const words = load.split(/\s+/).filter((word) => word !== "");
  return Object.fromEntries(
    words.map((word) => {
      const [, option = "", value = FLAGS.includes(word) ? "true" : undefined] =
        /^([a-z][a-z-]*)(?:=(.+))?$/.exec(word) ?? [];
      if (value !== undefined) return [option, { text: value, place: `--load: ${option}` }];
      throw new UsageError(`--load: '${word}' is not an option with a value, like hold=10s`);
    }),
  );
}
