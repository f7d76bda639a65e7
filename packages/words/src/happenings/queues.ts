import { integer, plural } from "../phrases/numbers.ts";

/** Accept queues of a group: in how many repetitions they overflowed, and how many did not finish. */
export interface QueueCounts {
  readonly group: string;
  /** null where the servers of the group had different ones. */
  readonly backlog: number | null;
  readonly repetitions: number;
  readonly overflowed: number;
  readonly cutOff: number;
}

/** Returns the claim that long waits come from short accept queues, without a full stop. */
export function describeQueues(short: QueueCounts, long: QueueCounts): string {
  return `the long waits come from the accept queue: ${describeCounts(short)}, while ${describeCounts(long)}`;
}

function describeCounts(counts: QueueCounts): string {
  const { group, backlog, repetitions, cutOff } = counts;
  const place = backlog === null ? `in “${group}”` : `with a backlog of ${integer(backlog)}`;
  const fate =
    cutOff === 0
      ? "all finished"
      : `${cutOff === repetitions ? "none" : `only ${integer(repetitions - cutOff)}`} finished in the plan's time`;
  return `${place} it ${describeOverflows(counts)} and ${fate}`;
}

function describeOverflows({ repetitions, overflowed }: QueueCounts): string {
  if (overflowed === 0) return "never overflowed";
  if (overflowed === repetitions) return `overflowed in all ${plural(repetitions, "repetition")}`;
  return `overflowed in ${integer(overflowed)} of ${plural(repetitions, "repetition")}`;
}
