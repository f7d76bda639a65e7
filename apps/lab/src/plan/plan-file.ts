import { parseDurationMs, UsageError } from "@c10k-lab/cli";
import { AXES, type Axis, SEARCHED, SERVERS, type ServerName } from "@c10k-lab/protocol";
import { parse } from "yaml";
import { z } from "zod";
import { stepOf } from "./cells.ts";
import { changedLoad } from "./load-changes.ts";
import type { Group, Load, Plan, SearchPlan, Variant } from "./plan.ts";

/** A number, a text such as 64KiB or 2s, or true for a flag. */
const Value = z.union([z.string().min(1), z.number(), z.boolean()]);
const Options = z
  .record(z.string().regex(/^[a-z][a-z-]*$/, "is not the name of an option"), Value)
  .default({});
const Values = z.array(z.union([z.string().min(1), z.number().nonnegative()])).min(1);
const Duration = z.string().transform((text, context) => {
  try {
    return parseDurationMs(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});
const Percent = z
  .string()
  .regex(/^\d+(\.\d+)?%$/, "is not a percentage such as 95%")
  .transform((text) => Number(text.slice(0, -1)) / 100);
const whole = z.number().int().positive();

const VariantEntry = z
  .strictObject({
    /** Left out where the variant is named after it. */
    server: z.enum(SERVERS).optional(),
    /** Of the server. */
    options: Options,
    /** Options of the client. */
    load: Options,
    /** Instead of the group's or the plan's. */
    values: Values.optional(),
    /** Each so many connections get a server process of their own. */
    "connections-per-server": whole.optional(),
  })
  .nullable();
const Variants = z.record(
  z.string().regex(/^[A-Za-z][A-Za-z0-9.-]*$/, "is not a name of letters, digits, dots and dashes"),
  VariantEntry,
);

const Range = (fixed: "rate" | "connections") =>
  z
    .strictObject({ from: whole, to: whole, [fixed]: whole } as { from: typeof whole; to: typeof whole })
    .refine(({ from, to }) => from <= to, "from is above to");

const SearchEntry = z.strictObject({
  /** The number of connections, at a fixed rate. */
  connections: Range("rate").optional(),
  /** The rate, on a fixed number of connections. */
  rate: Range("connections").optional(),
  slo: z.strictObject({
    p99: Duration.default(100),
    achieved: Percent.default(0.95),
    failures: z.number().int().nonnegative().default(0),
  }),
  precision: Percent.default(0.1),
});

/** A plan as it is written. What each key means is in docs/REFERENCE.md. */
const PlanFile = z.strictObject({
  question: z.string().trim().min(1),
  about: z.string().trim().min(1),
  vary: z.enum(AXES).optional(),
  values: Values.optional(),
  options: Options,
  load: Options,
  variants: Variants.optional(),
  groups: z
    .record(
      z.string(),
      z
        .strictObject({
          options: Options,
          load: Options,
          values: Values.optional(),
          variants: Variants.optional(),
        })
        .nullable(),
    )
    .optional(),
  clients: z.array(whole).min(1).default([1]),
  repeats: whole.max(1000).default(5),
  seed: z.number().int().nonnegative().default(1),
  cutoff: Duration.optional(),
  search: SearchEntry.optional(),
});
type PlanFile = z.output<typeof PlanFile>;
type GroupEntry = Partial<NonNullable<NonNullable<PlanFile["groups"]>[string]>>;

/**
 * A plan from the text of its file.
 *
 * @param name what to call it
 * @throws UsageError in one sentence that names the place
 */
export function parsePlan(name: string, text: string): Plan {
  const file = checked(PlanFile, yamlOf(text));
  if (!file.search && !file.vary) throw new UsageError("vary: say what the plan varies, or give it a search");
  const axis = file.vary ?? "connections";
  const groups = file.groups ? Object.entries(file.groups) : [[null, {}] as const];
  return {
    name,
    question: oneLine(file.question),
    about: oneLine(file.about),
    axis,
    groups: groups.map(([groupName, group]) => groupOf(file, axis, groupName, group ?? {})),
    clients: file.clients,
    repeats: file.repeats,
    seed: file.seed,
    cutoffMs: file.cutoff ?? null,
    search: file.search ? searchOf(file.search) : null,
  };
}

function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(oneLine((error as Error).message.split("\n")[0] ?? ""));
  }
}

function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.map(String).join(".") ?? "";
  const words = issue?.code === "invalid_key" ? issue.issues[0]?.message : issue?.message;
  throw new UsageError(`${place && `${place}: `}${words ?? "cannot be read"}`);
}

function groupOf(file: PlanFile, axis: Axis, name: string | null, group: GroupEntry): Group {
  const variants = group.variants ?? file.variants;
  if (!variants || Object.keys(variants).length === 0) {
    throw new UsageError(
      `${name === null ? "" : `groups.${name}.`}variants: say what is compared, such as 'epoll:'`,
    );
  }
  return {
    name,
    variants: Object.entries(variants).map(([variant, entry]): Variant => {
      const place = [name, variant].filter((part) => part !== null).join(".");
      const loads = [group.load, entry?.load].map((load) => loadOf(load ?? {}));
      const load = loads.reduce(changedLoad, loadOf(file.load));
      checkLoad(place, axis, load, file);
      const values = entry?.values ?? group.values ?? file.values ?? [];
      if (values.length === 0 && !file.search) throw new UsageError(`${place}: it has no values to vary`);
      return {
        name: variant,
        server: serverOf(variant, entry?.server),
        args: argsOf({ ...file.options, ...group.options, ...entry?.options }),
        load,
        steps: stepsOf(place, axis, values),
        connectionsPerServer: entry?.["connections-per-server"] ?? null,
      };
    }),
  };
}

function serverOf(variant: string, server: ServerName | undefined): ServerName {
  const found = server ?? SERVERS.find((one) => one === variant);
  if (!found) throw new UsageError(`${variant}: say which server it is: ${SERVERS.join(", ")}`);
  return found;
}

function stepsOf(place: string, axis: Axis, values: readonly (string | number)[]) {
  return values
    .map((value) => {
      const step = within(place, () => stepOf(axis, String(value)));
      if (!Number.isFinite(step.x) || (step.x === 0 && axis !== "idle")) {
        throw new UsageError(`${place}: '${value}' is no value for ${axis}`);
      }
      return step;
    })
    .toSorted((a, b) => a.x - b.x);
}

function checkLoad(place: string, axis: Axis, load: Load, { search }: PlanFile): void {
  if (typeof load.duration === "string")
    within(`${place}: load.duration`, () => parseDurationMs(load.duration as string));
  const isCount = (value: string | true | undefined) => typeof value === "string" && /^[1-9]\d*$/.test(value);
  if (search) {
    if (typeof load.duration === "string") return;
    throw new UsageError(`${place}: load.duration: say how long each run of the search exchanges messages`);
  }
  if (axis === "idle" && !isCount(load.active)) {
    throw new UsageError(
      `${place}: load.active: a plan that varies idle connections says how many are active`,
    );
  }
  if (axis === "connect-rate" && typeof load.connections === "string" && !isCount(load.connections)) {
    const time = load.connections;
    within(`${place}: load.connections`, () => parseDurationMs(time));
  } else if (axis !== "connections" && axis !== "idle" && !isCount(load.connections)) {
    throw new UsageError(`${place}: load.connections: say how many there are`);
  }
}

/** Names the place of a mistake. @throws UsageError */
function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${place}: ${error.message}`) : error;
  }
}

/** As words of a command line: `{ trigger: level, reuse-port: true }` becomes --trigger level --reuse-port. */
export function argsOf(options: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(loadOf(options)).flatMap(([option, value]) =>
    value === true ? [`--${option}`] : [`--${option}`, value],
  );
}

/** A flag that is false is one that is not given. */
function loadOf(options: Readonly<Record<string, string | number | boolean>>): Load {
  return Object.fromEntries(
    Object.entries(options).flatMap(([option, value]): [string, string | true][] => {
      if (typeof value === "boolean") return value ? [[option, true]] : [];
      return [[option, String(value)]];
    }),
  );
}

function searchOf({ slo, precision, ...ranges }: NonNullable<PlanFile["search"]>): SearchPlan {
  if (SEARCHED.every((searched) => ranges[searched] === undefined)) {
    throw new UsageError(`search: say what is searched: ${SEARCHED.join(", ")}`);
  }
  return {
    objective: { p99Ms: slo.p99, achievedMin: slo.achieved, failuresMax: slo.failures },
    precision,
    ranges: Object.fromEntries(
      SEARCHED.flatMap((searched) => {
        const range = ranges[searched] as
          | { from: number; to: number; rate?: number; connections?: number }
          | undefined;
        return range
          ? [[searched, { from: range.from, to: range.to, fixed: range.rate ?? range.connections ?? 0 }]]
          : [];
      }),
    ),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
