import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { integer, percent, plural } from "@c10k-lab/words";
import { CHANCE_PERCENT, LATE_MS } from "./ladder.ts";
import { areRetransmissions, canBeRetransmissions, type Waits } from "./waits.ts";

/** Returns "349 of 1,000 connections waited longer than 180 ms, 330 of them within 10 % of a rung …". */
export function describeWaits(waits: Waits): string {
  const { late, connections, interval, onRung } = waits;
  if (late === 0 || interval === null) return `No connection waited longer than ${LATE_MS} ms.`;
  const range = `${CONFIDENCE_PERCENT} % interval ${integer(interval.low)} to ${percent(interval.high)}`;
  const share = `${percent((100 * onRung) / late)}, ${range}; by chance ${percent(CHANCE_PERCENT)}`;
  return [
    `${integer(late)} of ${plural(connections, "connection")} waited longer than ${LATE_MS} ms, ${integer(onRung)} of them within 10 % of a rung (${share}).`,
    ...describeCause(waits),
  ].join(" ");
}

function describeCause(waits: Waits): string[] {
  if (areRetransmissions(waits) || waits.onRung === 0) return [];
  if (canBeRetransmissions(waits)) return ["Chance may put as many there."];
  if (waits.sentAgain === 0) return ["The kernel retransmitted SYNs only, so none of these waited for it."];
  return [
    `The kernel retransmitted ${plural(waits.sentAgain, "segment")} besides SYNs, so no more of these waited for it.`,
  ];
}

/** Returns the kernel's account of the same connections. */
export function describeOverflows({ tcp: { ListenOverflows, TCPTimeouts } }: Waits): string {
  if (ListenOverflows === 0) return "The accept queue did not overflow.";
  return `The accept queue overflowed ${plural(ListenOverflows, "time")}, and retransmission timers expired ${plural(TCPTimeouts, "time")}.`;
}
