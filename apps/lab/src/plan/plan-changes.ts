import { parseDurationMs, parseRange, UsageError } from "@c10k-lab/cli";
import type { ServerName } from "@c10k-lab/protocol";
import { cellsOf, stepOf } from "./cells.ts";
import { changedLoad } from "./load-changes.ts";
import type { Load, Plan, Step, Variant } from "./plan.ts";

/** What a command line changes in a plan; what is not given stays as the plan has it. */
export interface PlanChanges {
  readonly servers?: readonly ServerName[] | undefined;
  /** Places on the plan's axis, as typed. */
  readonly values?: readonly string[] | undefined;
  readonly connections?: readonly number[] | undefined;
  readonly maxConnections?: number | undefined;
  readonly clients?: readonly number[] | undefined;
  readonly durationMs?: number | undefined;
  /** "hold=10s rate=500" */
  readonly load?: string | undefined;
  readonly repeats?: number | undefined;
  readonly seed?: number | undefined;
}

/** @throws UsageError when nothing is left, or what is given means nothing to this plan */
export function changed(plan: Plan, changes: PlanChanges): Plan {
  const { servers, maxConnections, clients, repeats, seed } = changes;
  const load = { ...durationOf(changes), ...fixedConnections(plan, changes), ...parseLoad(changes.load) };
  const steps = stepsOf(plan, changes);
  const groups = plan.groups.flatMap(({ name, variants }) => {
    const chosen = variants
      .filter(({ server }) => servers?.includes(server) ?? true)
      .map(
        (variant): Variant => ({
          ...variant,
          load: changedLoad(variant.load, load),
          steps: steps ?? variant.steps,
        }),
      );
    return chosen.length === 0 ? [] : [{ name, variants: chosen }];
  });
  if (groups.length === 0) throw new UsageError(`--servers: none of them is in the plan ${plan.name}`);
  return {
    ...plan,
    groups: withoutLarge({ ...plan, groups }, maxConnections),
    clients: clients ?? plan.clients,
    repeats: repeats ?? plan.repeats,
    seed: seed ?? plan.seed,
  };
}

function durationOf({ durationMs }: PlanChanges): Load {
  return durationMs === undefined ? {} : { duration: `${durationMs}ms` };
}

function stepsOf(plan: Plan, { values, connections }: PlanChanges): Step[] | null {
  const texts = values ?? (plan.axis === "connections" ? connections?.map(String) : undefined);
  if (!texts) return null;
  const steps = texts.map((text) => stepOf(plan.axis, text));
  const wrong = steps.find(({ x }) => !Number.isFinite(x) || (x === 0 && plan.axis !== "idle"));
  if (wrong) throw new UsageError(`--values: '${wrong.text}' is no value for ${plan.axis}`);
  return steps.toSorted((a, b) => a.x - b.x);
}

function fixedConnections({ name, axis }: Plan, { connections }: PlanChanges): Load {
  if (connections === undefined || axis === "connections") return {};
  const [only, ...others] = connections;
  if (others.length > 0 || axis === "idle") {
    throw new UsageError(`--connections: the plan ${name} varies ${axis}; give its steps with --values`);
  }
  return { connections: String(only) };
}

function withoutLarge(plan: Plan, maxConnections: number | undefined): Plan["groups"] {
  if (maxConnections === undefined) return plan.groups;
  const cells = cellsOf({ ...plan, repeats: 1 });
  const smallest = Math.min(...cells.map(({ connections }) => connections));
  if (smallest > maxConnections) {
    throw new UsageError(`--max-connections: the smallest step of ${plan.name} is ${smallest}`);
  }
  const isLarge = (group: string | null, variant: string, { x }: Step) =>
    cells.some(
      (cell) =>
        cell.group === group && cell.variant === variant && cell.x === x && cell.connections > maxConnections,
    );
  return plan.groups.map(({ name, variants }) => ({
    name,
    variants: variants.map((variant) => ({
      ...variant,
      steps: variant.steps.filter((step) => !isLarge(name, variant.name, step)),
    })),
  }));
}

/** "hold=10s rate=500 no-barrier" @throws UsageError */
function parseLoad(load: string | undefined): Load {
  const words = load?.trim().split(/\s+/) ?? [];
  return Object.fromEntries(
    words.map((word): [string, string | true] => {
      const [, option, value] = /^([a-z][a-z-]*)(?:=(.+))?$/.exec(word) ?? [];
      if (option === undefined || (value === undefined && !FLAGS.includes(option)))
        throw new UsageError(`--load: '${word}' is not an option with a value, like hold=10s`);
      // These two the lab has to understand itself; the client says of the others what is wrong with them.
      if (option === "hold") parseRange(value ?? "", parseDurationMs);
      if (option === "connect-rate" && !/^[1-9]\d*$/.test(value ?? ""))
        throw new UsageError(`--load: '${value}' is not a connect-rate: at least 1`);
      return [option, value ?? true];
    }),
  );
}

/** Options of the client that take no value. */
const FLAGS = ["no-barrier"];
