import { z } from "zod";
import { count } from "../count.ts";
import { CONTROL_ORDERS } from "../names.ts";

/**
 * Lines between the lab and a client that it directs (`--control HOST:PORT`), JSON over TCP. The client connects; each
 * line of the lab is answered by one line. A number may follow an order: `exchange 20000`, `park 100`.
 */

export const ControlOrder = z.enum(CONTROL_ORDERS);
export type ControlOrder = z.infer<typeof ControlOrder>;

/** Resident memory of a client: before its first connection, and with all of them open. */
export const ClientMemory = z.object({ atRestKiB: count, heldKiB: count });
export type ClientMemory = z.infer<typeof ClientMemory>;

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
  /** After `park` in an open loop: messages that were due in the slice; null otherwise. */
  due: count.nullable().default(null),
  /** After `connect` and `park`; null after other orders. */
  memory: ClientMemory.nullable().default(null),
});
export type ControlAnswer = z.infer<typeof ControlAnswer>;
