/** The clocks of a connection, never mixed. */
export const CLOCKS = [
  /** connect(2) to established. */
  "connect",
  /** First byte sent to first message back: includes the wait to be accepted. */
  "firstResponse",
  /** First byte sent to last byte back, every message. */
  "response",
  /** Moment the message was due to last byte back. A closed loop has no such moment: count 0. */
  "intended",
] as const;
export type Clock = (typeof CLOCKS)[number];

/** Clocks of the client's own loop. */
export const LOOP_CLOCKS = [
  /** One wake-up to the next wait: the longest time an event may have waited for others. */
  "turn",
  /** Open loop: from the moment a message was due, on a connection that was free, to its send(2). */
  "sendLag",
] as const;
export type LoopClock = (typeof LOOP_CLOCKS)[number];

/** Value of a percentile that falls on messages never answered: the time of a failure is infinite. */
export const INFINITE = "infinite";

/** Samples a series has at most: those of a minute; of a longer run they are further apart. */
export const MOST_SAMPLES = 600;
