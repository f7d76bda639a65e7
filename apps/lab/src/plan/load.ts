import {
  checkOptions,
  durationMs,
  excludes,
  type Given,
  kebab,
  type OptionTable,
  readAt,
  type Setting,
  type Settings,
  UsageError,
} from "@c10k-lab/cli";
import type { Axis } from "@c10k-lab/protocol";
import type { ServerContract } from "@c10k-lab/server/contract";
import { CLIENT } from "./contracts.ts";

/** Options of the client, without those that the lab sets for each process. */
export type Load = Settings<typeof CLIENT.options>;
/** Options of a server, without those that the lab sets for each process. */
export type ServerSettings = Settings<OptionTable>;

/** Number of connections of a cell, or the time in which they are opened at the axis' connect-rate. */
interface Connections extends Setting<number> {
  readonly unit: "count" | "ms";
}

/** A load at one level of a plan, or a command line's changes. */
export interface LoadLayer {
  readonly load: Load;
  /** null: not given at this level. */
  readonly connections: Connections | null;
}

type GivenOptions = Readonly<Record<string, Given>>;

/** The options that a plan's axis, or its search, sets in each cell. */
export interface Varied {
  readonly axis: Axis;
  readonly isSearch: boolean;
  /** The lab directs the load slice by slice. */
  readonly isSliced: boolean;
}

/** Checks options of the client. @throws UsageError that begins with the place of the mistake */
export function readLoad({ connections, ...others }: GivenOptions, varied: Varied): LoadLayer {
  assertSettable(others, CLIENT.options, varied);
  return {
    load: checkOptions(others, CLIENT),
    connections: connections === undefined ? null : readConnections(connections, varied),
  };
}

/** Checks options of a server. @throws UsageError that begins with the place of the mistake */
export function readServerOptions(
  given: GivenOptions,
  contract: ServerContract,
  varied: Varied,
): ServerSettings {
  assertSettable(given, contract.options, varied);
  return checkOptions(given, contract);
}

/** Merges two levels: a nearer option replaces the same option further away, and those it excludes. */
export function mergeLoad(further: LoadLayer, nearer: LoadLayer): LoadLayer {
  const given = Object.entries(nearer.load).flatMap(([name, setting]) =>
    setting.value === false ? [] : [name],
  );
  const kept = Object.entries(further.load).filter(
    ([name]) => !given.some((other) => excludes(CLIENT.options, name, other)),
  );
  return {
    load: { ...Object.fromEntries(kept), ...nearer.load },
    connections: nearer.connections ?? further.connections,
  };
}

/** Returns a load for the lab to direct: its orders take the place of a duration. */
export function directedLoad({ durationMs: _, warmupMs: _also, ...load }: Load): Load {
  return load;
}

/** Returns whether the lab can direct a load: nothing but a duration bounds it. */
export function isDirectable(load: Load): boolean {
  return Object.keys(directedLoad(load)).every((name) => !excludes(CLIENT.options, "control", name));
}

function assertSettable(given: GivenOptions, options: OptionTable, varied: Varied): void {
  const { axis, isSearch, isSliced } = varied;
  const perRun = Object.keys(options).filter((name) => options[name]?.isPerRun);
  const found = perRun.map((name) => given[kebab(name)]).find((one) => one !== undefined);
  if (found) throw new UsageError(`${found.place}: the lab sets this option for each process`);
  const excluded = isSliced ? (CLIENT.options.control.excludes ?? []).map((name) => given[kebab(name)]) : [];
  const bound = excluded.find((one) => one !== undefined);
  if (bound)
    throw new UsageError(`${bound.place}: slices have no such bound: the plan's budget is their time`);
  const set = given[isSearch ? "rate" : axis];
  if (set === undefined) return;
  throw new UsageError(
    `${set.place}: ${isSearch ? "the search sets the rate" : `the plan varies ${axis}: give its values instead`}`,
  );
}

const openedIn = durationMs({ describe: "time in which connections are opened", min: 1 });

function readConnections(given: Given, { axis, isSearch }: Varied): Connections {
  const { text, place } = given;
  if (isSearch || axis === "connections" || axis === "idle") {
    throw new UsageError(
      `${place}: ${isSearch ? "the search sets the number of connections" : `the plan varies ${axis}: its values say how many there are`}`,
    );
  }
  if (axis === "connect-rate" && !/^\d+$/.test(text)) {
    return { ...given, unit: "ms", value: readAt(place, () => openedIn.parse(text)) };
  }
  return { ...given, unit: "count", value: readAt(place, () => CLIENT.options.connections.parse(text)) };
}
