import { parseDurationMs } from "@c10k-lab/cli";
import type { Searched } from "@c10k-lab/protocol";
import { integer } from "@c10k-lab/words";
import type { Load, SearchRange } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import { needsOf } from "../preflight/needs.ts";
import type { SearchSpace } from "./search.ts";

/** A search goes down to this part of where it begins: below it, the load is another one. */
const SMALLEST_PART = 1 / 32;

/** Where a search may look at most, and why not further. */
export interface Bound {
  readonly value: number;
  readonly sentence: string;
}

/** What a variant's search has to do with. */
export interface SearchFacts {
  readonly searched: Searched;
  readonly range: SearchRange;
  readonly load: Load;
  readonly precision: number;
  readonly repeats: number;
}

/** The range of the plan, as far as it can be tried here. */
export function spaceOf(facts: SearchFacts, machine: MachineLimits): { space: SearchSpace; bound: Bound } {
  const { range, precision, repeats } = facts;
  const bound = lowest([
    { value: range.to, sentence: `The search ends at ${integer(range.to)}: so far it was asked to go.` },
    ...(facts.searched === "connections" ? connectionBounds(facts, machine) : []),
  ]);
  const from = Math.min(range.from, bound.value);
  const smallest = Math.max(1, Math.floor(from * SMALLEST_PART));
  return { space: { from, to: bound.value, smallest, precision, repeats }, bound };
}

/** How long each run of a search exchanges messages; in ms. */
export function durationOf({ duration }: Load): number {
  return parseDurationMs(String(duration));
}

function connectionBounds({ range, load }: SearchFacts, machine: MachineLimits): Bound[] {
  const own = needsOf(["epoll"], [0]).fileDescriptors;
  const { fileDescriptors, localPorts } = machine;
  const ports = localPorts.limit - localPorts.used;
  const due = Math.floor((range.fixed * durationOf(load)) / 1000);
  return [
    {
      value: fileDescriptors - own,
      sentence: `The search ends at ${integer(fileDescriptors - own)}: a process may open ${integer(fileDescriptors)} files (RLIMIT_NOFILE), ${own} of them are its own.`,
    },
    {
      value: due,
      sentence: `The search ends at ${integer(due)}: in ${durationOf(load) / 1000} s at ${integer(range.fixed)} messages/s more connections have no message to send.`,
    },
    // Other addresses have ports of their own.
    ...(load.source === undefined
      ? [
          {
            value: ports,
            sentence: `The search ends at ${integer(ports)}: an address has no more local ports left (net.ipv4.ip_local_port_range).`,
          },
        ]
      : []),
  ];
}

function lowest(bounds: readonly Bound[]): Bound {
  return bounds.reduce((low, bound) => (bound.value < low.value ? bound : low));
}
