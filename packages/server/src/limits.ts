/** Bounds of a server's work and memory, each with its reason. */

/**
 * Bytes that one recv(2) reads at most, and that one connection holds pending at most. A usual message fits many times;
 * haproxy and nginx use buffers of this order. All servers use the same size, so none gains by larger reads.
 */
export const BUFFER_BYTES = 16 * 1024;

/** recv(2) calls for one connection per turn. They read 64 KiB at most, so one fast sender cannot starve the others. */
export const READS_PER_TURN = 4;

/** Connections that one turn of the loop accepts at most, so a burst cannot starve the open connections. */
export const ACCEPTS_PER_TURN = 64;

/**
 * Failed accepts in a row before accepting pauses: so many failures have their cause in the server, not in a client.
 */
export const FAILED_ACCEPTS_BEFORE_PAUSE = 64;

/**
 * Pause in accepting after descriptors, memory or ledger rows ran out, ms. The listener stays readable meanwhile, so
 * the loop would spin without a pause. nginx pauses 500 ms, haproxy 100 ms.
 */
export const ACCEPT_PAUSE_MS = 100;

/** Events that one epoll_wait(2) returns at most. A larger batch would delay accepting. */
export const EVENTS_PER_WAIT = 1024;

/** Interval at which the control plane writes closed rows, ms. SIGKILL loses the rows of one interval. */
export const COLLECT_INTERVAL_MS = 250;

/**
 * Open connections that the ledger holds at most: the kernel's default of fs.nr_open. Some container engines set the
 * descriptor limit to 2^30, and rows for as many connections exceed the address space.
 */
export const MOST_CONNECTIONS = 1_048_576;

/** Bound of the descriptors' numbers: those connections, and 1,024 of the runtime, of monitoring and of files. */
export const MOST_DESCRIPTORS = MOST_CONNECTIONS + 1024;

/** Ledger rows for connections that are closed but not yet on disk: about one second of heavy churn. */
export const CLOSED_ROWS = 16_384;

/**
 * Most memory of the data plane's young objects: V8 divides it into three semi-spaces. A message leaves 20 to 40 bytes of
 * them, and a larger space would fill with those before the first collection.
 */
export const YOUNG_GENERATION_MB = 3;
