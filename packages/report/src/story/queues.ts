import { type Claim, describeQueues, type QueueCounts } from "@c10k-lab/words";
import type { Experiment } from "../model/experiment.ts";
import type { Group } from "../model/group.ts";
import { areRetransmissions, waitsOf } from "../waits/waits.ts";

/** A claim about two groups, and the one whose section it heads. */
export interface QueueClaim {
  readonly group: Group;
  readonly claim: Claim;
  readonly heading: string;
}

/**
 * Returns the claim that the waits of a group come from its short accept queue: it overflowed in most repetitions, connections
 * waited as long as TCP does before it sends again, and in another group, with a longer queue, it hardly overflowed.
 * null where the plan has no such groups.
 */
export function claimQueues({ groups }: Experiment): QueueClaim | null {
  const counted = groups
    .filter(({ axis }) => axis !== "backlog")
    .map((group) => ({ group, counts: countQueues(group) }));
  const short = counted.find(
    ({ group, counts }) => 2 * counts.overflowed > counts.repetitions && waitsForRetransmissions(group),
  );
  const long = counted.find(
    (one) => short !== undefined && one !== short && isComparable(one, short) && isRare(one.counts),
  );
  if (short === undefined || long === undefined) return null;
  return {
    group: short.group,
    heading: `In “${short.counts.group}” the long waits come from the accept queue`,
    claim: {
      subject: null,
      text: describeQueues(short.counts, long.counts),
      strength: Number.POSITIVE_INFINITY,
      quantity: "p99",
      about: null,
      isEnd: false,
      tells: [],
    },
  };
}

function countQueues({ name, results: { repetitions } }: Group): QueueCounts {
  const backlogs = new Set(repetitions.map(({ listening }) => listening?.options.backlog ?? null));
  const [backlog = null] = backlogs;
  return {
    group: name ?? "",
    backlog: backlogs.size === 1 ? backlog : null,
    repetitions: repetitions.length,
    overflowed: repetitions.filter(({ evidence }) => evidence.tcp.ListenOverflows > 0).length,
    cutOff: repetitions.filter(({ status }) => status === "cut-off").length,
  };
}

function waitsForRetransmissions(group: Group): boolean {
  return group.everyCell.some(({ repetitions }) => areRetransmissions(waitsOf(group, repetitions)));
}

/** The groups have the same servers under the same kind of load. */
function isComparable({ group }: { readonly group: Group }, other: { readonly group: Group }): boolean {
  return group.axis === other.group.axis && group.variants.join() === other.group.variants.join();
}

function isRare({ overflowed, repetitions }: QueueCounts): boolean {
  return 4 * overflowed < repetitions;
}
