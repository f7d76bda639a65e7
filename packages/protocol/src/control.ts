import { z } from "zod";

const count = z.number().int().nonnegative();

/**
 * Lines between the lab and a client that it directs (`--control HOST:PORT`), JSON over TCP. The client connects; each
 * line of the lab is answered by one line.
 */

/** Order of the lab. */
export const ControlOrder = z.enum([
  /** Connect; answered when every connection is established or has failed, and idle ones have had an echo. */
  "connect",
  /** Active connections exchange messages until `park`. Answered at once. */
  "exchange",
  /** Response times of messages sent from now on are recorded. */
  "begin-slice",
  /** Response times of messages sent from now on are not recorded. */
  "end-slice",
  /** No message begins; answered when all messages in flight are back. */
  "park",
  /** Close all connections and write the results. Not answered. */
  "end",
]);
export type ControlOrder = z.infer<typeof ControlOrder>;

/** Answer of the client: its counters at the moment of the answer. */
export const ControlAnswer = z.object({
  order: ControlOrder,
  /** CLOCK_MONOTONIC, µs. */
  atUs: z.number().nonnegative(),
  /** Messages echoed and verified since the start. */
  messages: count,
  /** Connections open, and those that have ended otherwise than ok since the start. */
  open: count,
  errors: count,
  /** CPU time of the client, user and system, since its start. */
  cpuUs: z.number().nonnegative(),
  /** After `park`: response times of the slice, HdrHistogram V2 in base64; null after other orders. */
  histograms: z.object({ response: z.string(), intended: z.string() }).nullable(),
});
export type ControlAnswer = z.infer<typeof ControlAnswer>;
