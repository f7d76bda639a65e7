/** The numbers that bound the servers' work and memory, and why they are what they are. */

/**
 * Bytes one recv(2) may take, and the most a connection has pending. A message of the experiment fits many times over;
 * haproxy and nginx use the same order. All three servers use it, so none gains by a larger read.
 */
export const BUFFER_BYTES = 16 * 1024;

/** Reads of one connection before the others have their turn: 64 KiB, so one saturating sender cannot starve the rest. */
export const READS_PER_TURN = 4;

/** Connections accepted before the open ones have their turn. */
export const ACCEPTS_PER_TURN = 64;

/** Failed accepts in a row that look like one connection's fault each; more look like the server's own, and rest. */
export const FAILED_ACCEPTS_BEFORE_PAUSE = 64;

/**
 * How long accepting rests when the process has no descriptor, memory or ledger row left. The listener stays readable
 * all that time, so without a rest the loop would spin; nginx rests 500 ms, haproxy 100 ms.
 */
export const ACCEPT_PAUSE_MS = 100;

/** Events one epoll_wait(2) returns at most. More would lengthen the wait for newly accepted connections. */
export const EVENTS_PER_WAIT = 1024;

/** How often the control plane writes closed rows: what SIGKILL can lose. */
export const COLLECT_INTERVAL_MS = 250;

/**
 * Connections the ledger has room for at most, whatever the limit of descriptors says: some container engines set it to
 * 2^30, and rows for as many are more memory than can be addressed. This is the kernel's own default of fs.nr_open.
 */
export const MOST_CONNECTIONS = 1_048_576;

/** Rows beyond the open connections, for those closed but not yet on disk: about a second of heavy churn. */
export const CLOSED_ROWS = 16_384;
