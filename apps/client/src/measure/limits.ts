/** Numbers that bound the client's work in one turn of its loop, with their reasons. */

/** Bytes one recv(2) may take. */
export const SCRATCH_BYTES = 64 * 1024;

export { CONNECTS_IN_FLIGHT } from "../contract.ts";

/** Connections launched, or given their first message, in one turn: more at once would delay their own echoes. */
export const STARTS_PER_TURN = 64;

/** Reads of one connection before the others have their turn. */
export const READS_PER_TURN = 16;

export const EVENTS_PER_WAIT = 1024;

/** Interval between two looks for time-outs; the live figures are renewed as often. */
export const SWEEP_MS = 100;

/** Interval between two samples of the series. */
export const SAMPLE_MS = 100;

/** Pause between two attempts to connect to a server that does not listen yet. */
export const RETRY_MS = 100;
