import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { integer, percent, plural } from "@c10k-lab/words";
import { CHANCE_PERCENT, LATE_MS } from "./ladder.ts";
import { areRetransmissions, canBeRetransmissions, type Waits } from "./waits.ts";

/** "epoll: 349 of 1,000 connections waited longer than 180 ms, 330 of them within 10 % of a rung …", or nothing. */
export function lateSentence(who: string, waits: Waits): string {
  const { late, connections, interval, onRung } = waits;
  if (late === 0 || interval === null) return "";
  const share = `${percent((100 * onRung) / late)}, ${CONFIDENCE_PERCENT} % interval ${integer(interval.low)} to ${percent(interval.high)}`;
  return (
    `${who}: ${integer(late)} of ${plural(connections, "connection")} waited longer than ${LATE_MS} ms, ` +
    `${integer(onRung)} of them within 10 % of a rung (${share}; by chance ${percent(CHANCE_PERCENT)}).${judgement(waits)}`
  );
}

function judgement(waits: Waits): string {
  if (areRetransmissions(waits) || waits.onRung === 0) return "";
  if (canBeRetransmissions(waits)) return " That is no more than chance may put there.";
  if (waits.sentAgain === 0)
    return " The kernel sent nothing again but SYNs, so none of these waited for it.";
  return ` The kernel sent ${plural(waits.sentAgain, "segment")} again, SYNs aside, so no more of these waited for it.`;
}
