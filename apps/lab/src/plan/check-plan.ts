import { assertNoneExcluded, kebab, type Setting, UsageError } from "@c10k-lab/cli";
import type { Axis } from "@c10k-lab/protocol";
import { plural } from "@c10k-lab/words";
import { type Cell, type CellPlace, cellAt, searchedPlace, slug, subjectsOf } from "./cells.ts";
import { CLIENT } from "./contracts.ts";
import type { Load } from "./load.ts";
import type { Plan } from "./plan.ts";

/** A folder's name has at most 255 bytes; a search and the number of a repetition add some. */
const CELL_NAME_MAX = 200;

/**
 * Checks what only the whole plan shows: options that the axis excludes, loads that cannot be divided among the clients,
 * cells whose folders would have the same name.
 *
 * @throws UsageError that begins with the place of the mistake
 */
export function checkPlan(plan: Plan): void {
  assertGroupsDiffer(plan);
  const names = new Set<string>();
  for (const [axis, place] of placesOf(plan)) {
    const cell = cellAt({ ...plan, axis, repeats: 1 }, place);
    assertNoneExcluded(cell.load, CLIENT.options);
    assertDivisible(cell, place);
    assertNameIsFree(cell, place, names);
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

/** Returns the axis and the place of each cell; of a search those of its first value. */
function placesOf(plan: Plan): [Axis, CellPlace][] {
  const first = subjectsOf(plan).map((subject) => ({
    axis: subject.searched,
    ...searchedPlace(subject, subject.range.from),
  }));
  const planned = plan.groups.flatMap(({ name: group, axis, variants }) =>
    variants.flatMap((variant) => variant.steps.map((step) => ({ axis, group, variant, step }))),
  );
  return (plan.search ? first : planned).flatMap(({ axis, ...place }) =>
    plan.clients.map((clients): [Axis, CellPlace] => [axis, { ...place, clients, repeat: 1 }]),
  );
}

function assertDivisible(cell: Cell, { step, variant }: CellPlace): void {
  const clients = plural(cell.clients, "client");
  if (cell.connections < cell.clients) {
    const { place } = variant.connections ?? step;
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

/** Returns the options that are divided among the clients, as numbers. A percentage holds for each client as it is. */
export function dividedOptions(load: Load): [string, Setting<number>][] {
  return Object.entries(load).flatMap(([name, setting]): [string, Setting<number>][] => {
    const row = CLIENT.options[name as keyof typeof CLIENT.options];
    if (!("isDividedAmongClients" in row)) return [];
    const { value } = setting;
    if (typeof value === "number") return [[name, { ...setting, value }]];
    const isCount = typeof value === "object" && "unit" in value && value.unit === "count";
    return isCount ? [[name, { ...setting, value: value.value }]] : [];
  });
}

function assertNameIsFree({ name }: Cell, { step: { place } }: CellPlace, names: Set<string>): void {
  if (name.length > CELL_NAME_MAX) {
    throw new UsageError(
      `${place}: the folder's name ${name.slice(0, 20)}… would be too long: shorten the names`,
    );
  }
  if (names.has(name)) {
    throw new UsageError(
      `${place}: two cells would have the folder ${name}: name each value once, or rename a group or a variant`,
    );
  }
  names.add(name);
}
