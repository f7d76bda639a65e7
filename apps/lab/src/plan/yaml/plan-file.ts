import { dirname, resolve } from "node:path";
import { choice, durationMs, integer, text, UsageError } from "@c10k-lab/cli";
import { AXES, type Axis } from "@c10k-lab/protocol";
import { readStep, type Step } from "../axis.ts";
import { checkPlan } from "../check-plan.ts";
import { findContract, SERVERS } from "../contracts.ts";
import { mergeLoad, readLoad, readServerOptions, type Varied } from "../load.ts";
import { type Group, MEASURES, type Plan, type Variant } from "../plan.ts";
import { AUTO } from "../processes.ts";
import { FOREIGN_KEYS, readForeignVariant } from "./foreign-variant.ts";
import { type Keys, PlanNode } from "./plan-node.ts";
import { readSearch } from "./plan-search.ts";

const PLAN_KEYS = [
  ...["question", "about", "vary", "values", "options", "load", "variants", "groups"],
  ...["clients", "repeats", "seed", "cutoff", "search", "measure", "budget"],
] as const;
const GROUP_KEYS = ["options", "load", "values", "variants", "vary", "measure", "repeats"] as const;
const VARIANT_KEYS = [
  ...["server", "options", "load", "values", "connections-per-server", "processes"],
  ...FOREIGN_KEYS,
] as const;

/** Names become parts of names of folders and charts, which have at most 255 bytes. */
const NAME_MAX = 80;
const VARIANT_NAME = /^[A-Za-z][A-Za-z0-9.-]*$/;

/** The values of a plan, each read like an option of a command line. */
const ROWS = {
  sentence: text({ describe: "a sentence" }),
  vary: choice(AXES, { describe: "the axis" }),
  clients: integer({ describe: "client processes", min: 1, max: 1000, noun: "a number of clients" }),
  repeats: integer({ describe: "repetitions", min: 1, max: 1000, noun: "a number of repeats" }),
  seed: integer({ describe: "seed of the order", max: 2 ** 31 }),
  measure: choice(MEASURES, { describe: "how cells are measured" }),
  budget: durationMs({ describe: "time for the experiment", min: 1000 }),
  cutoff: durationMs({ describe: "time", min: 1 }),
  server: choice(SERVERS, { describe: "a server" }),
  connectionsPerServer: integer({ describe: "connections", min: 1, noun: "a number of connections" }),
  processes: integer({ describe: "processes", min: 1, max: 1000, noun: "auto or a number of processes" }),
};

const DEFAULT_REPEATS = { slices: 3, whole: 5 };
const DEFAULT_BUDGET_MS = 180_000;

interface Context extends Varied {
  /** Folder that the `cwd` of a command starts from: the plan's. */
  readonly folder: string;
}

/** A plan's or a group's keys that hold for its variants. */
interface Level extends Keys<(typeof GROUP_KEYS)[number]> {}

/**
 * Reads a plan and checks all of it against the contracts of the client and of the servers.
 *
 * @param file name of the file, for places
 * @throws UsageError in one sentence that begins with a place: `mine.yaml:12:7: load.duration: …`
 */
export function parsePlan(
  name: string,
  yaml: string,
  file = `${name}.yaml`,
  folder = dirname(resolve(file)),
): Plan {
  const root = PlanNode.parse(yaml, file);
  const keys = root.keys(PLAN_KEYS, (key) => key.startsWith("x-"));
  const required = (key: "question" | "about") => keys[key] ?? root.missing(key);
  if (!keys.search && !keys.vary) root.missing("vary").fail("name what the plan varies, or give it a search");
  const axis = keys.vary?.read(ROWS.vary) ?? "connections";
  const measure = keys.measure?.read(ROWS.measure) ?? "whole";
  const repeats = keys.repeats?.read(ROWS.repeats) ?? DEFAULT_REPEATS[measure];
  const varied = { axis, isSearch: keys.search !== undefined, isSliced: measure === "slices", folder };
  if (name.length > NAME_MAX)
    throw new UsageError(`${file}: a plan's name has at most ${NAME_MAX} characters`);
  const plan: Plan = {
    name,
    question: readLine(required("question")),
    about: readLine(required("about")),
    axis,
    groups: readGroups(root, keys, { ...varied, measure, repeats }),
    clients: keys.clients ? readList(keys.clients).map((count) => count.read(ROWS.clients)) : [1],
    repeats,
    budgetMs: keys.budget?.read(ROWS.budget) ?? (keys.search ? Number.POSITIVE_INFINITY : DEFAULT_BUDGET_MS),
    seed: keys.seed?.read(ROWS.seed) ?? 1,
    cutoffMs: keys.cutoff?.read(ROWS.cutoff) ?? null,
    search: keys.search ? readSearch(keys.search) : null,
  };
  checkPlan(plan);
  return plan;
}

function readGroups(
  root: PlanNode,
  plan: Level & { groups?: PlanNode },
  { measure, repeats, ...varied }: Context & Pick<Group, "measure" | "repeats">,
): Group[] {
  if (!plan.groups) {
    const variants = readVariants(root, [plan], varied);
    return [{ name: null, place: root.place, axis: varied.axis, measure, repeats, variants }];
  }
  const groups = plan.groups.entries();
  if (groups.length === 0) plan.groups.fail("name at least one group, or leave groups out");
  return groups.map(([name, node]) => {
    assertShort(name, node);
    if (name.trim() === "") node.fail("a group needs a name");
    const keys = node.keys(GROUP_KEYS);
    const axis = keys.vary?.read(ROWS.vary) ?? varied.axis;
    const measured = keys.measure?.read(ROWS.measure) ?? measure;
    const isSliced = measured === "slices";
    // Values of the plan's axis are none of the group's own.
    const { values: _, ...withoutValues } = plan;
    const outer = keys.vary ? withoutValues : plan;
    const variants = readVariants(node, [outer, keys], { ...varied, axis, isSliced });
    const own = keys.repeats?.read(ROWS.repeats) ?? repeats;
    return { name, place: node.place, axis, measure: measured, repeats: own, variants };
  });
}

/** @param levels the plan, then the group: what is nearer to a variant counts */
function readVariants(parent: PlanNode, levels: readonly Level[], varied: Context): Variant[] {
  const variants = levels.findLast((level) => level.variants)?.variants;
  const entries = variants?.entries() ?? [];
  if (entries.length === 0) parent.missing("variants").fail("name what is compared, such as 'epoll:'");
  return entries.map(([name, node]) => {
    assertShort(name, node);
    if (!VARIANT_NAME.test(name)) node.fail("a variant's name has letters, digits, dots and dashes only");
    return readVariant(name, node, levels, varied);
  });
}

function readVariant(name: string, node: PlanNode, outer: readonly Level[], varied: Context): Variant {
  const own = node.keys(VARIANT_KEYS);
  const levels = [...outer, own];
  const server = own.server?.read(ROWS.server) ?? name;
  const foreign = readForeignVariant(name, node, own, varied);
  const layer = levels.map(({ load }) => readLoad(load?.options() ?? {}, varied)).reduce(mergeLoad);
  const values = levels.findLast((level) => level.values)?.values;
  const variant: Variant = {
    name,
    server,
    foreign,
    options: foreign ? {} : readOptions(server, node, levels, varied),
    ...layer,
    steps: values ? readSteps(varied.axis, values) : [],
    connectionsPerServer: own["connections-per-server"]?.read(ROWS.connectionsPerServer) ?? null,
    processes: readProcesses(own),
  };
  assertComplete(variant, node, varied);
  return variant;
}

function readOptions(
  server: string,
  node: PlanNode,
  levels: readonly Level[],
  varied: Context,
): Variant["options"] {
  const contract =
    findContract(server) ??
    node.fail(`name its server: ${SERVERS.join(", ")}; or give a command, an image or a target`);
  const options = levels.map(({ options: given }) =>
    readServerOptions(given?.options() ?? {}, contract, varied),
  );
  return Object.assign({}, ...options);
}

function readProcesses(keys: Keys<(typeof VARIANT_KEYS)[number]>): Variant["processes"] {
  const { processes } = keys;
  if (!processes) return null;
  keys["connections-per-server"]?.fail("processes share one port: give one of the two");
  const { text } = processes.given();
  if (text === AUTO) return AUTO;
  if (!/^\d+$/.test(text)) processes.fail(`'${text}' is not auto or a number of processes`);
  return processes.read(ROWS.processes);
}

function readSteps(axis: Axis, values: PlanNode): Step[] {
  return readList(values)
    .map((value) => readStep(axis, value.given()))
    .toSorted((a, b) => a.x - b.x);
}

function readList(node: PlanNode): PlanNode[] {
  const items = node.items();
  return items.length > 0 ? items : node.fail("the list is empty");
}

/** @throws UsageError when a variant lacks an option that its cells need */
function assertComplete(
  { load, connections, steps }: Variant,
  node: PlanNode,
  { axis, isSearch }: Varied,
): void {
  const fail = (key: string, sentence: string) => node.missing(key).fail(sentence);
  if (isSearch) {
    if (!load.durationMs)
      fail("load.duration", "a search needs the time in which each run exchanges messages");
    return;
  }
  if (steps.length === 0) fail("values", `give the values of the axis ${axis}`);
  if (axis === "idle" && load.active?.value.unit !== "count") {
    fail("load.active", "a plan that varies idle connections needs the number of active ones");
  }
  if (axis !== "connections" && axis !== "idle" && connections === null) {
    fail("load.connections", "give the number of connections");
  }
}

function readLine(node: PlanNode): string {
  return node.read(ROWS.sentence).replace(/\s+/g, " ").trim() || node.fail("a value is missing");
}

function assertShort(name: string, node: PlanNode): void {
  if (name.length > NAME_MAX) node.fail(`a name has at most ${NAME_MAX} characters`);
}
