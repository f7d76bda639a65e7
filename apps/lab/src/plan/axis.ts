import { checkOptions, type Given, integer, type Range, readAt, UsageError } from "@c10k-lab/cli";
import type { Axis } from "@c10k-lab/protocol";
import { SERVER_OPTIONS } from "@c10k-lab/server/contract";
import { CLIENT } from "./contracts.ts";
import type { Load, ServerSettings } from "./load.ts";

/** A value of the axis: as a number, and as the plan has it: `64KiB`. */
export interface Step extends Given {
  readonly x: number;
}

const ROWS: Readonly<Record<Axis, { parse(text: string): number | Range }>> = {
  connections: CLIENT.options.connections,
  idle: integer({ describe: "idle connections", max: 1_000_000, noun: "a number of connections" }),
  backlog: SERVER_OPTIONS.backlog,
  size: CLIENT.options.sizeBytes,
  "connect-rate": CLIENT.options.connectRate,
  rate: CLIENT.options.rate,
};

/** Reads a value of an axis: "64KiB" on the axis `size` is 65,536. @throws UsageError that begins with its place */
export function readStep(axis: Axis, { text, place }: Given): Step {
  const value = readAt(place, () => ROWS[axis].parse(text));
  if (typeof value === "number") return { x: value, text, place };
  if (value.from === value.to) return { x: value.from, text, place };
  throw new UsageError(`${place}: '${text}' is a range: a value of the axis ${axis} is one size`);
}

/** Returns the load of a cell: the variant's, and the axis value where the axis is an option of the client. */
export function loadAt(axis: Axis, step: Step, load: Load): Load {
  const isClientOption = axis === "size" || axis === "rate" || axis === "connect-rate";
  return isClientOption ? { ...load, ...checkOptions({ [axis]: step }, CLIENT) } : load;
}

/** Returns the server's options in a cell: the variant's, and the axis value where the axis is an option of the server. */
export function serverOptionsAt(axis: Axis, step: Step, options: ServerSettings): ServerSettings {
  if (axis !== "backlog") return options;
  return { ...options, ...checkOptions({ [axis]: step }, { name: "server", options: SERVER_OPTIONS }) };
}
