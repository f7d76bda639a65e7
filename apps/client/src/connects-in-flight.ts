/** Connections being established at one time: enough to keep a server accepting, too few to overrun its accept queue. */
export const CONNECTS_IN_FLIGHT = 256;
