import { shareInterval } from "@c10k-lab/inference";
import { type ConnectionRow, type RepetitionResult, TCP_COUNTERS, type TcpCounter } from "@c10k-lab/protocol";
import type { Group } from "../model/group.ts";
import { CHANCE_PERCENT, LATE_MS, RUNGS, rungOf } from "./ladder.ts";

/** The longest response of each connection held against the retransmit ladder, and what the kernel counted. */
export type Waits = Readonly<ReturnType<typeof waitsOf>>;

/** @param repetitions of one cell */
export function waitsOf({ results }: Group, repetitions: readonly RepetitionResult[]) {
  const rows = repetitions.flatMap(({ id }) => results.connections.get(id) ?? []);
  const late = rows.filter(({ responseMsMax }) => responseMsMax !== null && responseMsMax > LATE_MS);
  const onRung = late.filter((row) => rungOfRow(row) !== null);
  const unanswered = rows.filter(({ responseMsMax, outcome }) => responseMsMax === null && outcome !== "ok");
  const tcp = sumCounters(repetitions);
  return {
    connections: rows.length,
    /** Connections whose longest response took longer than LATE_MS. */
    late: late.length,
    /** Late connections on each rung. */
    byRung: Array.from({ length: RUNGS }, (_, rung) => {
      return onRung.filter((row) => rungOfRow(row) === rung).length;
    }),
    onRung: onRung.length,
    /** Connections on a rung whose longest response was the first: a handshake's last step was dropped. */
    first: onRung.filter(({ firstResponseMs, responseMsMax }) => firstResponseMs === responseMsMax).length,
    /** Connections that ended badly, without a response. */
    unanswered: unanswered.length,
    tcp,
    /** Segments sent again that were no SYN: each wait for a retransmission takes one or more. */
    sentAgain: Math.max(0, tcp.RetransSegs - tcp.TCPSynRetrans),
    /** Interval of the share of `late` that is on a rung, per cent; null where nothing was late. */
    interval: shareInterval(onRung.length, late.length),
  };
}

/** Returns the rung of a connection's longest response. */
export function rungOfRow({ responseMsMax }: ConnectionRow): number | null {
  return responseMsMax === null ? null : rungOf(responseMsMax);
}

/** The kernel sent enough again: otherwise times lie on a rung because the server takes as long. */
export function canBeRetransmissions({ onRung, sentAgain }: Waits): boolean {
  return onRung > 0 && sentAgain >= onRung;
}

/** Connections waited for retransmissions: more lie on a rung than chance would put there. */
export function areRetransmissions(waits: Waits): boolean {
  return canBeRetransmissions(waits) && waits.interval !== null && waits.interval.low > CHANCE_PERCENT;
}

/** Connections waited for retransmissions in this group, or in another one that compares the same variants. */
export function isLaddered(group: Group): boolean {
  const comparable = group.experiment.repetitions.filter(
    ({ axis, variant }) => axis === group.axis && group.variants.includes(variant),
  );
  return [...Map.groupBy(comparable, ({ cell: name }) => name).values()].some((repetitions) =>
    areRetransmissions(waitsOf(group, repetitions)),
  );
}

function sumCounters(repetitions: readonly RepetitionResult[]): Record<TcpCounter, number> {
  const sum = (name: TcpCounter) =>
    repetitions.reduce((total, { evidence }) => total + evidence.tcp[name], 0);
  return Object.fromEntries(TCP_COUNTERS.map((name) => [name, sum(name)])) as Record<TcpCounter, number>;
}
