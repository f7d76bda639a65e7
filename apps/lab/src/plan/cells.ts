import { parseBytes, parseDurationMs } from "@c10k-lab/cli";
import type { Axis, ServerName } from "@c10k-lab/protocol";
import type { Group, Load, Plan, Step, Variant } from "./plan.ts";
import { shuffled } from "./random.ts";

/** One point of a plan, once: all that is needed to run it. */
export interface Cell {
  /** Also the name of its folder: the name, and which run of it where it is run repeatedly: `epoll-1000-run-2`. */
  readonly id: string;
  /** The point of the plan: `epoll-1000`, `epoll-1000-by-4` with four clients, `corrected-epoll-1000` in a group. */
  readonly name: string;
  readonly group: string | null;
  readonly variant: string;
  readonly server: ServerName;
  /** Options of the server. */
  readonly args: readonly string[];
  readonly axis: Axis;
  readonly x: number;
  /** Options of the client but for the connections. */
  readonly load: Load;
  /** Of all clients together. */
  readonly connections: number;
  readonly clients: number;
  /** Server processes that share the connections. */
  readonly servers: number;
  /** 1 for the first run of this point. */
  readonly repeat: number;
  /** From the start of the clients on; null: never cut off. */
  readonly cutoffMs: number | null;
}

/** A load a group's variants meet one after another. */
interface Encounter {
  readonly group: Group;
  readonly step: Step;
  readonly clients: number;
}

/**
 * The plan's cells in the order they are run: each repeat goes through all loads, so that a run that is cut short still
 * compares variants. At each load their order is drawn once and then rotated from repeat to repeat, and turned round when
 * each has been at every place: none always meets the machine in the same state or after the same neighbour.
 */
export function cellsOf(plan: Plan): Cell[] {
  const encounters = encountersOf(plan);
  const orders = encounters.map(({ group, step }, index) =>
    shuffled(
      group.variants.filter((variant) => hasStep(variant, step)),
      plan.seed + index,
    ),
  );
  return Array.from({ length: plan.repeats }, (_, index) => index + 1).flatMap((repeat) =>
    encounters.flatMap(({ group, step, clients }, index) =>
      balanced(orders[index] ?? [], repeat - 1).map((variant) =>
        cellAt(plan, { group: group.name, variant, step, clients, repeat }),
      ),
    ),
  );
}

/** How many connections its steps have open at one time. A search ends at the largest number it may try. */
export function connectionsIn(plan: Plan): number[] {
  if (!plan.search) return cellsOf({ ...plan, repeats: 1 }).map(openAtOnce);
  const { connections, rate } = plan.search.ranges;
  return [connections?.to, rate?.fixed].filter((count) => count !== undefined);
}

/** Those that come and go at a rate are open for less than a tenth of a second, unless the server falls behind. */
function openAtOnce({ axis, x, connections }: Cell): number {
  return axis === "connect-rate" ? Math.min(connections, Math.ceil(x / 10)) : connections;
}

function encountersOf({ groups, clients }: Plan): Encounter[] {
  return groups.flatMap((group) => {
    const steps = new Map(group.variants.flatMap((variant) => variant.steps.map((step) => [step.x, step])));
    const ascending = [...steps.values()].toSorted((a, b) => a.x - b.x);
    return ascending.flatMap((step) => clients.map((count) => ({ group, step, clients: count })));
  });
}

function hasStep({ steps }: Variant, { x }: Step): boolean {
  return steps.some((step) => step.x === x);
}

function balanced(order: readonly Variant[], round: number): readonly Variant[] {
  const turn = round % order.length;
  const rotated = [...order.slice(turn), ...order.slice(0, turn)];
  return Math.floor(round / order.length) % 2 === 0 ? rotated : rotated.reverse();
}

export interface Place {
  readonly group: string | null;
  readonly variant: Variant;
  readonly step: Step;
  /** Of each server. */
  readonly clients: number;
  readonly repeat: number;
}

/** @throws UsageError when the load does not say how many connections there are */
export function cellAt(
  { axis, repeats, cutoffMs }: Pick<Plan, "axis" | "repeats" | "cutoffMs">,
  { group, variant, step, clients: clientsPerServer, repeat }: Place,
): Cell {
  const { name: variantName, server, args, connectionsPerServer } = variant;
  const connections = connectionsOf(axis, step, variant.load);
  const servers = Math.ceil(connections / (connectionsPerServer ?? connections));
  const clients = clientsPerServer * servers;
  const parts = [group, variantName, step.text].filter((part) => part !== null).map(slug);
  const name = `${parts.join("-")}${clientsPerServer === 1 ? "" : `-by-${clients}`}`;
  return {
    ...{ id: repeats === 1 ? name : `${name}-run-${repeat}`, name, group, variant: variantName },
    ...{ server, args: axis === "backlog" ? [...args, "--backlog", step.text] : args },
    ...{ axis, x: step.x, load: loadAt(axis, step, variant.load) },
    ...{ connections, clients, servers, repeat, cutoffMs },
  };
}

/** Only these options of the client are the lab's business; of all others the client says itself what is wrong. */
function connectionsOf(axis: Axis, { x }: Step, load: Load): number {
  const { connections } = load;
  if (axis === "connections") return x;
  if (axis === "idle") return Number(load.active) + x;
  // "2s": as many as are opened in that time.
  if (axis === "connect-rate" && typeof connections === "string" && !/^\d+$/.test(connections)) {
    return Math.round((x * parseDurationMs(connections)) / 1000);
  }
  return Number(connections);
}

function loadAt(axis: Axis, { text }: Step, { connections: _, ...load }: Load): Load {
  return axis === "size" || axis === "rate" || axis === "connect-rate" ? { ...load, [axis]: text } : load;
}

/** A place on the axis as a plan has it: "64KiB" is 65,536. @throws UsageError */
export function stepOf(axis: Axis, text: string): Step {
  return { x: axis === "size" ? parseBytes(text) : Number(text), text };
}

/** As part of a folder's name. */
function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "");
}
