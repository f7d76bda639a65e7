import { assertNoneExcluded, kebab, UsageError } from "@c10k-lab/cli";
import { SEARCHED } from "@c10k-lab/protocol";
import { plural } from "@c10k-lab/words";
import type { Step } from "./axis.ts";
import { type Cell, cellAt, fixLoad, slug } from "./cells.ts";
import { CLIENT } from "./contracts.ts";
import type { Connections, Load } from "./load.ts";
import type { Plan, Variant } from "./plan.ts";

/** A folder's name has at most 255 bytes; a search and the number of a repetition add some. */
const CELL_NAME_MAX = 200;

/** A cell of a plan, and what its mistakes are reported at. */
interface Checked {
  readonly cell: Cell;
  readonly step: Step;
  readonly connections: Connections | null;
}

/**
 * Checks what only the whole plan shows: options that the axis excludes, loads that cannot be divided among the clients,
 * cells whose folders would have the same name.
 *
 * @throws UsageError that begins with the place of the mistake
 */
export function checkPlan(plan: Plan): void {
  assertGroupsDiffer(plan);
  const names = new Set<string>();
  for (const checked of plan.search ? searchedCells(plan) : plannedCells(plan)) {
    assertNoneExcluded(checked.cell.load, CLIENT.options);
    assertDivisible(checked);
    assertNameIsFree(checked, names);
  }
}

/** Charts and cells are files of their group: the names of their groups must differ in letters, digits and dots. */
function assertGroupsDiffer({ groups }: Plan): void {
  const seen = new Map<string, string>();
  for (const { name, place } of groups) {
    const key = slug(name ?? "").toLowerCase();
    const other = seen.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `${place}: its folders would be called like those of '${other}': use other letters or digits`,
      );
    }
    seen.set(key, name ?? "");
  }
}

function plannedCells(plan: Plan): Checked[] {
  return plan.groups.flatMap(({ name, variants }) =>
    variants.flatMap((variant) =>
      variant.steps.flatMap((step) => checkedAt({ ...plan, repeats: 1 }, name, variant, step)),
    ),
  );
}

/** Returns the first cell of each search. */
function searchedCells(plan: Plan): Checked[] {
  return SEARCHED.flatMap((searched) => {
    const range = plan.search?.ranges[searched];
    if (range === undefined) return [];
    const step = { x: range.from, text: String(range.from), place: `search.${searched}` };
    return plan.groups.flatMap(({ name, variants }) =>
      variants.flatMap((variant) =>
        checkedAt(
          { ...plan, axis: searched, repeats: 1 },
          [name, searched].filter((part) => part !== null).join(", "),
          fixLoad(variant, searched, range.fixed),
          step,
        ),
      ),
    );
  });
}

function checkedAt(plan: Plan, group: string | null, variant: Variant, step: Step): Checked[] {
  return plan.clients.map((clients) => ({
    cell: cellAt(plan, { group, variant, step, clients, repeat: 1 }),
    step,
    connections: variant.connections,
  }));
}

function assertDivisible({ cell, step, connections }: Checked): void {
  const clients = plural(cell.clients, "client");
  if (cell.connections < cell.clients) {
    const { place } = connections ?? step;
    throw new UsageError(
      `${place}: ${plural(cell.connections, "connection")} cannot be divided among ${clients}`,
    );
  }
  for (const [name, { value, text, place }] of dividedOptions(cell.load)) {
    if (value < cell.clients) {
      throw new UsageError(`${place}: ${kebab(name)} ${text} cannot be divided among ${clients}`);
    }
  }
  const { active } = cell.load;
  const isTooMuch = active?.value.unit === "count" && active.value.value > cell.connections;
  if (active && (isTooMuch || active.value.value === 0)) {
    throw new UsageError(
      `${active.place}: ${active.text} of ${plural(cell.connections, "connection")} cannot be active`,
    );
  }
}

/** An option whose number is for all clients together. */
interface Divided {
  readonly value: number;
  readonly text: string;
  readonly place: string;
}

/** Returns the options that are divided among the clients, as numbers. A percentage holds for each client as it is. */
export function dividedOptions(load: Load): [string, Divided][] {
  return Object.entries(load).flatMap(([name, setting]): [string, Divided][] => {
    const row = CLIENT.options[name as keyof typeof CLIENT.options];
    if (!("isDividedAmongClients" in row)) return [];
    const { value } = setting;
    if (typeof value === "number") return [[name, { ...setting, value }]];
    const isCount = typeof value === "object" && "unit" in value && value.unit === "count";
    return isCount ? [[name, { ...setting, value: value.value }]] : [];
  });
}

function assertNameIsFree({ cell: { name }, step: { place } }: Checked, names: Set<string>): void {
  if (name.length > CELL_NAME_MAX) {
    throw new UsageError(
      `${place}: the folder's name ${name.slice(0, 20)}… would be too long: shorten the names`,
    );
  }
  if (names.has(name)) {
    throw new UsageError(`${place}: two cells would have the folder ${name}: rename a group or a variant`);
  }
  names.add(name);
}
