import type { Doubt, DoubtReason, RepetitionResult } from "@c10k-lab/protocol";
import type { Comparison } from "./comparisons.ts";

/** Reasons of the client: the work of a server for a message is known however busy the client was. */
const OF_CLIENT: readonly DoubtReason[] = ["client-limit", "loop-lag", "send-lag"];

/** Reasons that a plan asks about where it varies the backlog, or compares groups. */
const OF_BACKLOG: readonly DoubtReason[] = ["listen-overflow", "not-held"];

/** Returns the doubts that most repetitions of a side have, each once, without those that do not touch the quantity. */
export function doubtsOf({ question, quantity, cell, against }: Comparison): Doubt[] {
  const isAsked = question === "groups" || cell.repetitions[0]?.axis === "backlog";
  const ignored = [...(quantity === "cost" ? OF_CLIENT : []), ...(isAsked ? OF_BACKLOG : [])];
  const all = [cell, against].flatMap(({ repetitions }) => commonDoubts(repetitions));
  const relevant = all.filter(({ reason }) => !ignored.includes(reason));
  return [...new Map(relevant.map((doubt) => [doubt.reason, doubt])).values()];
}

function commonDoubts(repetitions: readonly RepetitionResult[]): Doubt[] {
  const byReason = Map.groupBy(
    repetitions.flatMap(({ doubts }) => doubts),
    ({ reason }) => reason,
  );
  return [...byReason.values()]
    .filter((alike) => 2 * alike.length > repetitions.length)
    .flatMap((alike) => alike.slice(0, 1));
}
