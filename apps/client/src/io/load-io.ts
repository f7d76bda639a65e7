import type { Binding } from "@c10k-lab/posix";

/** Marks events of the stop descriptor, in the place of a connection's index. */
export const STOP = -1;
/** Marks events of the descriptor that announces orders. */
export const ORDER = -2;
/** Marks events that concern no connection. */
export const NOTHING = -3;

/** Descriptors, see eventfd(2), that wake the loop: to interrupt the run, to look at new orders. */
export interface WakeFds {
  readonly stop: number;
  readonly order: number;
}

/** System calls on sockets; tests play scripts of results instead. */
export type SocketIo = Pick<
  Binding,
  | "socket"
  | "setsockopt"
  | "bind"
  | "connect"
  | "getsockopt"
  | "getsockname"
  | "getpeername"
  | "send"
  | "recv"
  | "close"
>;

/** Events of sockets and wake descriptors. The accessors take the index of an event, below the number that a wait returned. */
export interface LoadEvents {
  /** Events of a wait that may have left some out. */
  readonly fullWait: number;
  /** Events that one socket adds to a round of waits, in which all sockets have their turn. */
  readonly perSocket: number;
  /** Reports events of a socket with the index of its connection. @returns 0 or a negative error number */
  watch(fd: number, connection: number): number;
  /** Waits for events. @returns their number, or a negative error number */
  wait(timeoutMs: number): number;
  /** Waits for events with a time-out in microseconds. */
  waitUs(timeoutUs: number): number;
  /** Begins an event. @returns its connection, or STOP, ORDER or NOTHING */
  take(index: number): number;
  isReadable(index: number): boolean;
  /** Returns true when a short read does not show that the socket is drained: FIN or an error waits. */
  hasMoreThanData(index: number): boolean;
}

/** The way in which a load sends and receives. */
export interface LoadIo {
  readonly sockets: SocketIo;
  readonly events: LoadEvents;
  /** Memory for bytes that are received. */
  readonly scratch: Buffer;
  /** Returns memory for bytes to send. */
  readonly allocate: (length: number) => Buffer;
  /** Ends what is in flight on closed sockets. */
  readonly close: () => void;
}
