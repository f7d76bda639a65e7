/**
 * Names that appear in files, on stdout and in metrics. A code in shared memory is the index of its name here, so the
 * order is part of the format: append, never insert.
 */

/** Name of an architecture: a lower-case word, such as `epoll`. Users may add servers of their own. */
export type ServerName = string;

/** Quantities that a plan can vary: options of the client or the server, or quantities that follow from one. */
export const AXES = [
  /** Connections, all of them active unless the load says otherwise. */
  "connections",
  /** Connections that stay open and idle beside the active ones. */
  "idle",
  /** --backlog of the server. */
  "backlog",
  /** Bytes of a message, newline included. */
  "size",
  /** Connections opened per second. */
  "connect-rate",
  /** Messages per second that are due: an open loop. */
  "rate",
] as const;
export type Axis = (typeof AXES)[number];

/** Reasons for which a server closed a connection. */
export const CLOSE_REASONS = [
  /** The client sent FIN after every byte was echoed. */
  "client-closed",
  /** The client reset the connection. */
  "reset",
  /** No byte went either way for `--idle-timeout`. */
  "idle-timeout",
  /** The server was stopping, and the client closed after the server's FIN. */
  "drained",
  /** The server was stopping, and the client had not closed when the drain time was over. */
  "aborted",
  /** Closed at once: its descriptor number does not fit into the server's fd_set or poller. */
  "refused-descriptor",
  /** Closed at once: `--max-connections` was reached. */
  "refused-limit",
  /** Closed at once: no thread could be started for it. */
  "refused-thread",
  /** Closed at once: the poller did not take it. */
  "refused-poller",
  /** Any other error of recv(2) or send(2). */
  "error",
  /** The client did not read its echo for `--stall-timeout`. */
  "stalled",
  /** The client's machine did not answer for `--peer-timeout`. */
  "vanished",
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];
/** The close reasons of a connection that the server accepted and closed at once. */
export type RefusalReason = Extract<CloseReason, `refused-${string}`>;

/** Resources for lack of which accept4(2) left connections in the accept queue. */
export const REFUSALS_AT_ACCEPT = ["no-descriptors", "no-kernel-memory"] as const;
/** Reasons why a server took only a part of the connections. */
export type Refusal = RefusalReason | (typeof REFUSALS_AT_ACCEPT)[number];

/** Ends of a connection that the client was asked for. */
export const OUTCOMES = [
  /** All that was asked for was sent, echoed and verified. */
  "ok",
  /** SIGINT or SIGTERM came first. */
  "interrupted",
  /** connect(2): ECONNREFUSED. */
  "refused",
  /** Not established within `--connect-timeout`. */
  "connect-timeout",
  /** connect(2): ENETUNREACH or EHOSTUNREACH. */
  "unreachable",
  /** socket(2): EMFILE or ENFILE. */
  "no-descriptors",
  /** connect(2) or bind(2): EADDRNOTAVAIL or EADDRINUSE, every local port of the source is taken. */
  "no-ports",
  /** The kernel connected the socket to itself: there is no server. */
  "self-connect",
  /** No byte came for `--timeout` while a message was unanswered. */
  "timeout",
  /** The server reset the connection. */
  "reset",
  /** The server closed before everything was echoed. */
  "eof-early",
  /** An echoed byte differed from the byte sent, or came unasked. */
  "wrong-bytes",
  /** Any other error. */
  "error",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Ends of a cell. A select server that meets its wall of descriptors is `limited`: a result, not a failure. */
export const CELL_STATUSES = [
  "ok",
  "limited",
  "failed",
  "interrupted",
  /** Ended by the lab when it exceeded the time that the plan gives it. Figures measured by then are kept. */
  "cut-off",
  /** The kernel killed a container at its memory limit. */
  "out-of-memory",
  /** The container engine went away. */
  "engine-lost",
] as const;

/** Reasons why figures may not be the server's. */
export const DOUBT_REASONS = [
  /** The cell did not end well. */
  "status",
  /** The ledgers of client and server differ. */
  "ledgers",
  /** Fewer connections were open at one time than were asked for. */
  "not-held",
  /** The client was at its own ceiling. */
  "client-limit",
  /** A turn of the client's loop took a large part of the response time. */
  "loop-lag",
  /** The client sent late by a large part of the response time. */
  "send-lag",
  /** The hypervisor gave processor time to other guests. */
  "stolen",
  /** Other processes used the processors. */
  "busy-host",
  /** A CPU quota held server or client back. */
  "throttled",
  /** Server and client had one processor together. */
  "one-processor",
  /** The accept queue overflowed. */
  "listen-overflow",
] as const;
export type DoubtReason = (typeof DOUBT_REASONS)[number];

/** Quantities that a search for capacity raises: connections at a fixed rate, or the rate on fixed connections. */
export const SEARCHED = ["connections", "rate"] as const;
export type Searched = (typeof SEARCHED)[number];

/** Signals against more load, causes before consequences. */
export const CAPACITY_SIGNALS = [
  /** A descriptor number did not fit into an fd_set, or the server had no descriptor left. */
  "fd-wall",
  /** No further thread could be started. */
  "thread-limit",
  /** The server ran out of memory. */
  "memory",
  /** The client, not the server, ran out of descriptors, ports or memory. */
  "client-resources",
  /** The accept queue overflowed. */
  "listen-overflow",
  /** Connections ended otherwise than ok, for another reason. */
  "failures",
  /** The client was at its own ceiling: the limit may be the client's. */
  "client-limit",
  /** The server used up its core. */
  "cpu",
  /** Fewer messages were answered than were offered. */
  "rate",
  /** The p99 was above the objective. */
  "latency",
] as const;
export type CapacitySignal = (typeof CAPACITY_SIGNALS)[number];

/** Ends of a search for capacity. */
export const SEARCH_ENDS = [
  /** Both ends of the interval have all their trials; the lower one is missing where nothing met the objective. */
  "boundary",
  /** Everything up to the end of the search met the objective. */
  "bound",
  /** The trials contradicted each other for too long, or no value could be tried. */
  "unsettled",
  /** The plan's budget was spent. */
  "out-of-time",
  "interrupted",
] as const;
export type SearchEnd = (typeof SEARCH_ENDS)[number];

/** Counters of /proc/net/netstat and /proc/net/snmp kept as evidence, see the kernel's snmp_counter.rst. */
export const TCP_COUNTERS = [
  "ListenOverflows",
  "ListenDrops",
  "TCPTimeouts",
  "TCPLossProbes",
  "TCPSynRetrans",
  "RetransSegs",
  "SyncookiesSent",
  "TCPMemoryPressures",
] as const;
export type TcpCounter = (typeof TCP_COUNTERS)[number];

/** Orders of the lab to a client that it directs. */
export const CONTROL_ORDERS = [
  /** Connect; answered when every connection is established or has failed, and idle ones have had an echo. */
  "connect",
  /** Active connections exchange messages until `park`; in an open loop at the given rate (messages/s). Answered at once. */
  "exchange",
  /** Response times of messages sent from now on are recorded; from intended time, of those due from now on. */
  "begin-slice",
  /** Response times of messages sent, or due, from now on are not recorded. */
  "end-slice",
  /**
   * No message begins, save those of an open loop that were due before: they have the given time (ms). Answered when all
   * messages in flight are back.
   */
  "park",
  /** Close all connections and write the results. Not answered. */
  "end",
] as const;

/**
 * Interval between two looks whether a program is at rest, ms. One that was so at both gives memory back, which takes it less than
 * a millisecond.
 */
export const REST_MS = 1000;

/** Exit codes, everywhere; after a stop signal see `stopExitCode` of cli. */
export const EXIT = {
  ok: 0,
  /** It ran, but something asked for did not happen. */
  incomplete: 1,
  usage: 2,
  /** Results could not be written. */
  unwritable: 3,
} as const;
