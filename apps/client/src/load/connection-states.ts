/** What a connection needs next. */
export const AWAIT_EVENT = 0;
/** Its turn is over, but it may have more to read: come back without waiting. */
export const AWAIT_TURN = 1;
/** Its next message is due after a pause. */
export const AWAIT_THINK = 2;
/** Its next message is due at `dueUs`. */
export const AWAIT_DUE = 3;
/** It has done all it was asked for. */
export const SATISFIED = 4;
/** The echo that was to prove it alive is back. */
export const PROVEN = 5;
/** Ended by an error: see `outcome`. */
export const FAILED = 6;
export type Need =
  | typeof AWAIT_EVENT
  | typeof AWAIT_TURN
  | typeof AWAIT_THINK
  | typeof AWAIT_DUE
  | typeof SATISFIED
  | typeof PROVEN
  | typeof FAILED;

/** Where a connection is in its life. */
export const CONNECTING = 0;
/** Established, and nothing under way. */
export const READY = 1;
/** A message is under way. */
export const WORKING = 2;
/** Between two messages. */
export const THINKING = 3;
/** Done, and not yet as old as it was told to get. */
export const HOLDING = 4;
export const ENDED = 5;
/** For a server that does not listen yet. */
export const WAITING = 6;
/** Done, while others have not had their first echo. */
export const LEAVING = 7;
