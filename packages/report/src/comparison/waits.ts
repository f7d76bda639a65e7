import { type Interval, shareInterval } from "@c10k-lab/inference";
import type { ConnectionRow, RepetitionResult, TcpCounter } from "@c10k-lab/protocol";
import type { Group } from "../model/group.ts";
import { CHANCE_PERCENT, LATE_MS, RUNGS, rungOf } from "./ladder.ts";

/** The longest response of each connection held against the retransmit ladder, and what the kernel counted. */
export interface Waits {
  readonly connections: number;
  /** Connections whose longest response took longer than LATE_MS. */
  readonly late: number;
  /** Late connections on each rung. */
  readonly byRung: readonly number[];
  readonly onRung: number;
  /** Connections on a rung whose longest response was the first: a handshake's last step was dropped. */
  readonly first: number;
  /** Connections that ended badly, without a response. */
  readonly unanswered: number;
  readonly tcp: Readonly<Record<TcpCounter, number>>;
  /** Segments sent again that were no SYN: each wait for a retransmission takes one or more. */
  readonly sentAgain: number;
  /** Interval of the share of `late` that is on a rung, per cent; null where nothing was late. */
  readonly interval: Interval | null;
}

/** @param repetitions of one cell */
export function waitsOf({ results }: Group, repetitions: readonly RepetitionResult[]): Waits {
  const rows = repetitions.flatMap(({ id }) => results.connections.get(id) ?? []);
  const late = rows.filter(({ responseMsMax }) => responseMsMax !== null && responseMsMax > LATE_MS);
  const onRung = late.filter((row) => rungOfRow(row) !== null);
  const byRung = Array.from(
    { length: RUNGS },
    (_, rung) => onRung.filter((row) => rungOfRow(row) === rung).length,
  );
  const tcp = tcpOf(repetitions);
  return {
    connections: rows.length,
    late: late.length,
    byRung,
    onRung: onRung.length,
    first: onRung.filter(({ firstResponseMs, responseMsMax }) => firstResponseMs === responseMsMax).length,
    unanswered: rows.filter(({ responseMsMax, outcome }) => responseMsMax === null && outcome !== "ok")
      .length,
    tcp,
    sentAgain: Math.max(0, tcp.RetransSegs - tcp.TCPSynRetrans),
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

function tcpOf(repetitions: readonly RepetitionResult[]): Readonly<Record<TcpCounter, number>> {
  return repetitions
    .map(({ evidence }) => evidence.tcp)
    .reduce((sum, counts) => {
      const names = Object.keys(sum) as TcpCounter[];
      return Object.fromEntries(names.map((name) => [name, sum[name] + counts[name]])) as typeof sum;
    });
}
