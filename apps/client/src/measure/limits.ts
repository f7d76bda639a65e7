/** Numbers that bound the client's work in one turn of its loop, with their reasons. */

/** Bytes one recv(2) may take. */
export const SCRATCH_BYTES = 64 * 1024;

export { CONNECTS_IN_FLIGHT } from "../connects-in-flight.ts";

/** Connections launched, or given their first message, in one turn: more at once would delay their own echoes. */
export const STARTS_PER_TURN = 64;

/** Reads of one connection before the others have their turn. */
export const READS_PER_TURN = 16;

/** Longest poll of a spinning loop that counts as its own. It takes a microsecond; a scheduler's slice takes thousands. */
export const POLL_MOST_US = 20;

/**
 * Rounds of the rehearsal. V8 settles how it lays out the objects of a class after the seventh, and compiles what uses
 * them again; the end of a round shows it further paths.
 */
export const REHEARSAL_ROUNDS = { least: 8, most: 16 };
/** CPU time of V8's helper threads in a round, below which they have no more of the loop to compile. */
export const HELPERS_QUIET_US = 500;
export const REHEARSAL_MS = 40;
export const REHEARSAL_CONNECTIONS = 64;
/** Messages per second of a rehearsed open loop, in turn: more than the loop can send, and fewer. */
export const REHEARSAL_RATES: readonly number[] = [1_000_000, 20_000];
/** Longest message of the rehearsal: many short ones compile the loop sooner than a few long ones. */
export const REHEARSAL_BYTES = 4096;
export const REHEARSAL_TIMEOUT_MS = 100;

export const EVENTS_PER_WAIT = 1024;

/** Interval between two looks for time-outs; the live figures are renewed as often. */
export const SWEEP_MS = 100;

/** Interval between two samples of the series. */
export const SAMPLE_MS = 100;

/** Pause between two attempts to connect to a server that does not listen yet. */
export const RETRY_MS = 100;
