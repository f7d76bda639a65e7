import { type Interval, shareInterval } from "@c10k-lab/inference";
import type { CellResult, ConnectionRow, TcpCounter } from "@c10k-lab/protocol";
import type { Study } from "../model/study.ts";
import { CHANCE_PERCENT, LATE_MS, RUNGS, rungOf } from "./ladder.ts";

/** The longest response of each connection held against the retransmit ladder, and what the kernel counted. */
export interface Waits {
  readonly connections: number;
  /** Their longest response took longer than LATE_MS. */
  readonly late: number;
  /** Of those, the ones on each rung. */
  readonly byRung: readonly number[];
  readonly onRung: number;
  /** Of those on a rung, the ones whose longest response was the first: a handshake's last step was dropped. */
  readonly first: number;
  /** Ended without a response, and not well. */
  readonly unanswered: number;
  readonly tcp: Readonly<Record<TcpCounter, number>>;
  /** Segments sent again that were no SYN: each wait for a retransmission takes one or more. */
  readonly sentAgain: number;
  /** Of the share of `late` that is on a rung, in per cent; null where nothing was late. */
  readonly interval: Interval | null;
}

/** @param runs of one cell */
export function waitsOf({ results }: Study, runs: readonly CellResult[]): Waits {
  const rows = runs.flatMap(({ id }) => results.connections.get(id) ?? []);
  const late = rows.filter(({ responseMsMax }) => responseMsMax !== null && responseMsMax > LATE_MS);
  const onRung = late.filter((row) => rungOfRow(row) !== null);
  const byRung = Array.from(
    { length: RUNGS },
    (_, rung) => onRung.filter((row) => rungOfRow(row) === rung).length,
  );
  const tcp = tcpOf(runs);
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

/** The rung of a connection's longest response. */
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

/**
 * Somewhere connections waited for retransmissions: in this study, or in another group that compares the same variants,
 * which is then worth seeing beside it.
 */
export function isLaddered(study: Study): boolean {
  const comparable = study.run.cells.filter(
    ({ axis, variant }) => axis === study.axis && study.variants.includes(variant),
  );
  return [...Map.groupBy(comparable, ({ name }) => name).values()].some((runs) =>
    areRetransmissions(waitsOf(study, runs)),
  );
}

function tcpOf(runs: readonly CellResult[]): Readonly<Record<TcpCounter, number>> {
  return runs
    .map(({ evidence }) => evidence.tcp)
    .reduce((sum, counts) => {
      const names = Object.keys(sum) as TcpCounter[];
      return Object.fromEntries(names.map((name) => [name, sum[name] + counts[name]])) as typeof sum;
    });
}
