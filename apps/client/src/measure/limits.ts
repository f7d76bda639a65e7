/** The numbers that bound the client's work in one turn of its loop, and why they are what they are. */

/** Bytes one recv(2) may take. */
export const SCRATCH_BYTES = 64 * 1024;

/**
 * Connections being established at one time. Enough to keep a server busy accepting, few enough that its accept queue
 * is not overrun by our own herd.
 */
export const CONNECTS_IN_FLIGHT = 256;

/** Connections launched, or given their first message, before events have their turn: a herd would delay its own echoes. */
export const STARTS_PER_TURN = 64;

/** Reads of one connection before the others have their turn. */
export const READS_PER_TURN = 16;

export const EVENTS_PER_WAIT = 1024;

/** How often timeouts are looked for and the live figures renewed. */
export const SWEEP_MS = 100;

/** How often the main thread looks at the run for its series. */
export const SAMPLE_MS = 100;

/** Between two tries to connect to a server that does not listen yet. */
export const RETRY_MS = 100;
