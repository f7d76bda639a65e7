import { type Axis, SEARCHED, type Searched } from "@c10k-lab/protocol";
import { loadAt, type Step, serverOptionsAt } from "./axis.ts";
import type { ForeignServer } from "./foreign/foreign-server.ts";
import { directedLoad, isDirectable, type Load, type ServerSettings } from "./load.ts";
import type { Group, Plan, SearchRange, Variant } from "./plan.ts";
import { countProcesses } from "./processes.ts";
import { shuffled } from "./random.ts";

/** One repetition of a cell: everything that is needed to run it. */
export interface Cell {
  /** Name of its folder: the cell, and the repetition where there are several: `epoll-1000-run-2`. */
  readonly id: string;
  /** The cell: `epoll-1000`; with four clients `epoll-1000-by-4`; in a group `corrected-epoll-1000`. */
  readonly name: string;
  readonly group: string | null;
  readonly variant: string;
  readonly server: string;
  /** null for a server of contracts.ts. */
  readonly foreign: ForeignServer | null;
  /** Options of the server, the axis value among them. */
  readonly options: ServerSettings;
  readonly axis: Axis;
  readonly axisValue: number;
  /** Options of the client, the axis value among them, without the connections. */
  readonly load: Load;
  /** Connections of all clients together. */
  readonly connections: number;
  readonly clients: number;
  /** Server processes that share the connections. */
  readonly servers: number;
  /** The servers have one port together, the kernel divides the connections. */
  readonly sharesPort?: boolean;
  /** Number of the repetition; 1 for the first. */
  readonly repetition: number;
  /** Time after the start of the clients at which the lab stops them; null for no limit. */
  readonly cutoffMs: number | null;
}

/**
 * Returns the repetitions of a plan's cells in the order in which they are run. Each round covers all loads, so an
 * interrupted experiment still compares variants. The order of the variants at a load is drawn once, rotated from round
 * to round, and reversed when each variant has been at every place, so no variant always follows the same one.
 */
export function cellsOf(plan: Plan): Cell[] {
  const encounters = encountersOf(plan);
  const orders = encounters.map(({ group, step }, index) =>
    shuffled(
      group.variants.filter((variant) => hasStep(variant, step)),
      plan.seed + index,
    ),
  );
  const rounds = Math.max(...plan.groups.map(({ repeats }) => repeats));
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((repeat) =>
    encounters.flatMap(({ group, step, clients }, index) => {
      if (repeat > group.repeats) return [];
      return rotate(orders[index] ?? [], repeat - 1).map((variant) =>
        cellAt({ ...plan, ...group }, { group: group.name, variant, step, clients, repeat }),
      );
    }),
  );
}

/** Returns the number of connections of a cell that exchange messages. */
export function countActive({ load, connections }: Cell): number {
  const active = load.active?.value;
  if (active === undefined) return connections;
  return active.unit === "count" ? active.value : Math.max(1, Math.round((connections * active.value) / 100));
}

/** Cells that are up together: all variants of a group at one axis value. */
export interface Point {
  readonly group: Group;
  readonly step: Step;
  readonly clients: number;
}

/** Returns the points of the groups that are measured in slices. */
export function pointsOf(plan: Plan): Point[] {
  return encountersOf({ ...plan, groups: plan.groups.filter(({ measure }) => measure === "slices") });
}

/** Returns the cells of a point in one of its repetitions, in the plan's order. */
export function cellsAt(plan: Plan, { group, step, clients }: Point, repetition: number): Cell[] {
  return group.variants
    .filter((variant) => hasStep(variant, step))
    .map((variant) => {
      const place = { group: group.name, variant, step, clients, repeat: repetition };
      // Their number is not known beforehand: all folders carry the repetition.
      return cellAt({ ...plan, axis: group.axis, repeats: Number.POSITIVE_INFINITY }, place);
    });
}

/** Counts connections open at one time. At a connect-rate each is open for less than a tenth of a second. */
export function openAtOnce({ axis, axisValue, connections }: Cell): number {
  return axis === "connect-rate" ? Math.min(connections, Math.ceil(axisValue / 10)) : connections;
}

function encountersOf({ groups, clients }: Plan): Point[] {
  return groups.flatMap((group) => {
    const steps = new Map(group.variants.flatMap((variant) => variant.steps.map((step) => [step.x, step])));
    const ascending = [...steps.values()].toSorted((a, b) => a.x - b.x);
    return ascending.flatMap((step) => clients.map((count) => ({ group, step, clients: count })));
  });
}

function hasStep({ steps }: Variant, { x }: Step): boolean {
  return steps.some((step) => step.x === x);
}

function rotate(order: readonly Variant[], round: number): readonly Variant[] {
  const turn = round % order.length;
  const rotated = [...order.slice(turn), ...order.slice(0, turn)];
  return Math.floor(round / order.length) % 2 === 0 ? rotated : rotated.reverse();
}

export interface CellPlace {
  readonly group: string | null;
  readonly variant: Variant;
  readonly step: Step;
  /** Clients of each server process. */
  readonly clients: number;
  readonly repeat: number;
}

export function cellAt(
  { axis, repeats, cutoffMs }: Pick<Plan, "axis" | "repeats" | "cutoffMs">,
  { group, variant, step, clients: clientsPerServer, repeat }: CellPlace,
): Cell {
  const connections = countConnections(axis, step, variant);
  const { servers, clients, sharesPort } = countProcesses(variant, connections, clientsPerServer);
  const parts = [group ?? "", variant.name, step.text].map(slug).filter((part) => part !== "");
  const name = `${parts.join("-")}${clientsPerServer === 1 ? "" : `-by-${clients}`}`;
  return {
    id: repeats === 1 ? name : `${name}-run-${repeat}`,
    name,
    group,
    variant: variant.name,
    server: variant.server,
    foreign: variant.foreign,
    options: variant.foreign ? {} : serverOptionsAt(axis, step, variant.options),
    axis,
    axisValue: step.x,
    load: loadAt(axis, step, variant.load),
    connections,
    clients,
    servers,
    sharesPort,
    repetition: repeat,
    cutoffMs,
  };
}

/** One variant, and the quantity whose limit is searched. */
export interface Subject {
  readonly group: string | null;
  /** Its load has the quantity that is not searched. */
  readonly variant: Variant;
  readonly searched: Searched;
  readonly range: SearchRange;
}

/** Returns all searches of a plan in order: the connections of each variant in the plan's order, then the rates. */
export function subjectsOf({ groups, search }: Plan): Subject[] {
  return SEARCHED.flatMap((searched) => {
    const range = search?.ranges[searched];
    if (range === undefined) return [];
    return groups.flatMap(({ name: group, variants }) =>
      variants.map((variant) => ({
        group,
        variant: fixLoad(variant, searched, range.fixed),
        searched,
        range,
      })),
    );
  });
}

/** Returns the place of the cell in which a search tries a value. */
export function searchedPlace(
  { group, variant, searched }: Subject,
  value: number,
): Omit<CellPlace, "clients" | "repeat"> {
  return {
    group: group === null ? searched : `${group}, ${searched}`,
    variant,
    step: searchedStep(searched, value),
  };
}

/** Returns whether the lab can change the load of a search from slice to slice. */
export function isMeasuredInSlices({ searched, variant }: Subject): boolean {
  return searched === "rate" && isDirectable(variant.load);
}

/**
 * Returns the cell of one start that a search measures in slices: the lab gives each slice its rate, and the client begins
 * with the first one.
 */
export function searchStartCell(
  subject: Subject,
  { cutoffMs, clients: [clients = 1] }: Pick<Plan, "cutoffMs" | "clients">,
  start: number,
): Cell {
  const place = { ...searchedPlace(subject, subject.range.from), clients, repeat: start };
  const cell = cellAt({ axis: subject.searched, repeats: Number.POSITIVE_INFINITY, cutoffMs }, place);
  const name = [place.group ?? "", subject.variant.name].map(slug).join("-");
  return { ...cell, id: `${name}-start-${start}`, name, load: directedLoad(cell.load) };
}

function fixLoad(variant: Variant, searched: Searched, fixed: number): Variant {
  const { x: value, ...given } = searchedStep(searched, fixed);
  return searched === "connections"
    ? { ...variant, load: { ...variant.load, rate: { ...given, value } } }
    : { ...variant, connections: { ...given, value, unit: "count" } };
}

function searchedStep(searched: Searched, value: number): Step {
  return { x: value, text: String(value), place: `search.${searched}` };
}

/** Returns the number of connections of a variant at an axis value. */
export function countConnections(axis: Axis, { x }: Step, { load, connections }: Variant): number {
  if (axis === "idle") return x + (load.active?.value.value ?? 0);
  if (axis === "connections" || connections === null) return x;
  return connections.unit === "ms" ? Math.round((x * connections.value) / 1000) : connections.value;
}

/** Converts a name to a part of a folder's name. */
export function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "");
}
