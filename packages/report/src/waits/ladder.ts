/**
 * The retransmit ladder: how long a message takes whose answer depended on a retransmission. Linux sends a loss probe
 * after 0.2 s (TCP_RTO_MIN beside the round trip, RFC 8985, 7.2), repeats the segment 0.2 s later, and then waits twice
 * as long each time (RFC 6298, 5.5): counted from the first sending that is 0.2, 0.4, 0.8, 1.6 s and so on.
 */
const FIRST_RUNG_MS = 200;

/** The last one is 102.4 s: no client waits longer. */
export const RUNGS = 10;

/** Timers run out late, and the answer itself takes time: a tenth of the rung to either side. */
const TOLERANCE = 0.1;

/** Shortest time that may be on a rung. */
export const LATE_MS = FIRST_RUNG_MS * (1 - TOLERANCE);

/** Share of longer times on a rung by chance: of times that are spread evenly on a logarithmic axis. */
export const CHANCE_PERCENT = 100 * Math.log2((1 + TOLERANCE) / (1 - TOLERANCE));

/** The rung a time is on, 0 for the first. null between rungs, below the first and above the last. */
export function rungOf(ms: number): number | null {
  const rung = Math.floor(Math.log2(ms / FIRST_RUNG_MS) + 0.5);
  if (!(rung >= 0 && rung < RUNGS)) return null;
  return Math.abs(ms - rungMs(rung)) <= TOLERANCE * rungMs(rung) ? rung : null;
}

/** Returns "0.8 s". */
export function rungText(rung: number): string {
  return `${rungMs(rung) / 1000} s`;
}

/** Returns the time of a rung. */
export function rungMs(rung: number): number {
  return FIRST_RUNG_MS * 2 ** rung;
}
