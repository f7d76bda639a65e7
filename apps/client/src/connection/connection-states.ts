/** Nothing has happened to the connection yet. */
export const UNSTARTED = 0;
/** The server does not listen yet; the connection tries again at `wakeUs`. */
export const WAITING = 1;
export const CONNECTING = 2;
/** A message is in flight. */
export const WORKING = 3;
/** Established; no message is in flight. The states from here to LEAVING are quiet: bytes from the server are an error. */
export const READY = 4;
/** Between two messages. */
export const THINKING = 5;
/** The work is done; the connection stays open until `wakeUs`. */
export const HOLDING = 6;
/** The work is done; the connection stays open until every other connection has had its first echo. */
export const LEAVING = 7;
export const ENDED = 8;
export type State =
  | typeof UNSTARTED
  | typeof WAITING
  | typeof CONNECTING
  | typeof WORKING
  | typeof READY
  | typeof THINKING
  | typeof HOLDING
  | typeof LEAVING
  | typeof ENDED;

/** Needs nothing before the next event of its socket. */
export const AWAIT_EVENT = 0;
/** Needs another turn without a wait: its socket may have more to read. */
export const AWAIT_TURN = 1;
/** Needs to be woken at `wakeUs`. */
export const AWAIT_TIME = 2;
/** Needs to be released when every other connection has had its first echo. */
export const AWAIT_OTHERS = 3;
/** Needs a new socket that connects. */
export const CONNECT = 4;
/** Needs its socket closed and its row written: it has ended with `outcome`. */
export const CLOSE = 5;
export type Need =
  | typeof AWAIT_EVENT
  | typeof AWAIT_TURN
  | typeof AWAIT_TIME
  | typeof AWAIT_OTHERS
  | typeof CONNECT
  | typeof CLOSE;
