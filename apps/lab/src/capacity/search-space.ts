import type { Bound, Searched } from "@c10k-lab/protocol";
import type { Load } from "../plan/load.ts";
import type { SearchRange } from "../plan/plan.ts";
import { OWN_DESCRIPTORS } from "../plan/processes.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { SearchSpace } from "./search.ts";

/** Part of its first value below which a search does not go: the load would be another one. */
const SMALLEST_PART = 1 / 32;

/** Facts that the range of a search follows from. */
export interface SearchFacts {
  readonly searched: Searched;
  readonly range: SearchRange;
  readonly load: Load;
  readonly precision: number;
  readonly repeats: number;
}

/** Returns the range of the plan, as far as this machine can try it. */
export function spaceOf(facts: SearchFacts, machine: MachineLimits): { space: SearchSpace; bound: Bound } {
  const { range, precision, repeats } = facts;
  const bound = lowest([
    { bound: "plan", value: range.to },
    ...(facts.searched === "connections" ? connectionBounds(facts, machine) : []),
  ]);
  const from = Math.max(1, Math.min(range.from, bound.value));
  const smallest = Math.max(1, Math.floor(from * SMALLEST_PART));
  return { space: { from, to: bound.value, smallest, precision, repeats }, bound };
}

/** Returns the time for which each trial of a search exchanges messages, in ms. */
export function durationOf({ durationMs }: Load): number {
  return durationMs?.value ?? 0;
}

function connectionBounds({ range, load }: SearchFacts, machine: MachineLimits): Bound[] {
  const own = OWN_DESCRIPTORS;
  const { fileDescriptors, localPorts } = machine;
  const ports = localPorts.limit - localPorts.used;
  const durationMs = durationOf(load);
  return [
    { bound: "descriptors", value: fileDescriptors - own, limit: fileDescriptors, own },
    {
      bound: "load",
      value: Math.floor((range.fixed * durationMs) / 1000),
      durationMs,
      ratePerSecond: range.fixed,
    },
    // Other source addresses have ports of their own.
    ...(load.source === undefined ? [{ bound: "ports", value: ports } as const] : []),
  ];
}

function lowest(bounds: readonly Bound[]): Bound {
  const least = bounds.reduce((low, bound) => (bound.value < low.value ? bound : low));
  return { ...least, value: Math.max(0, least.value) };
}
