import { z } from "zod";
import { count } from "../count.ts";

/** Processor time by elapsed time: 1 is one core. */
const cores = z.number().nonnegative();

/** Share of its core from which on a server is at its limit. Below it the client decides the rate. */
export const SATURATED_CORES = 0.95;

/** Reasons for which a slice is measured again. */
const DISTURBANCES = [
  /** Other processes took more of the server's core than usual. */
  "busy-host",
  /** The hypervisor gave more processor time to other guests than usual. */
  "stolen",
  /** Connections failed. */
  "failures",
  /** A CPU quota kept the server from running. */
  "throttled",
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/**
 * One measured part of a repetition, in turns: all variants are up, one of them exchanges messages at a time. Counters are
 * read at both ends of a turn while the load goes on, so start and end of the load are outside.
 */
export const Slice = z.object({
  /** Blocks count from 1; each has one slice of every variant. */
  block: count,
  /** Place of its first turn in the block, from 1; drawn at random. */
  place: count,
  /** Turns that it was measured in; their times and counts are summed. */
  turns: count.default(1),
  durationMs: z.number().positive(),
  /** Messages echoed and verified in it. */
  messages: count,
  messagesPerSecond: z.number().nonnegative(),
  server: z.object({
    /** Share of its core, from the kernel's clock of its processes (ns); null where they are not seen. */
    cores: cores.nullable(),
    /** Service demand: CPU time per message, µs (utilization law, D = U / X); null without messages or where its processes are not seen. */
    cpuUsPerMessage: z.number().nonnegative().nullable(),
    /** Page faults that needed no disk, per message. */
    faultsPerMessage: z.number().nonnegative().nullable(),
  }),
  client: z.object({ cores }),
  /** Servers and clients that were up and not measured. */
  waiting: z.object({ cores }),
  /** The lab itself. */
  lab: z.object({ cores }),
  /** Time that others took from the server's core; counted by the kernel in ticks of 10 ms. */
  foreign: z.object({ cores }),
  stolen: z.object({ cores }),
  /** Time that others took from the client's core; null where processors are not pinned, and in older results. */
  clientCore: z.object({ foreign: cores, stolen: cores }).nullable().default(null),
  /**
   * Open loop: messages per second, the messages that were due in the slice, and those of them that were not back when the
   * time for late ones was over; null in a closed loop, and in older results.
   */
  offered: z.object({ perSecond: z.number(), messages: count, unanswered: count }).nullable().default(null),
  /**
   * Response times of messages sent in the slice, from intended time of those due in it: HdrHistogram V2, deflated, base64,
   * µs.
   */
  histograms: z.object({ response: z.string(), intended: z.string() }),
  /** Reasons for which it was measured again; none: it counts. */
  disturbances: z.array(z.enum(DISTURBANCES)),
});
export type Slice = z.infer<typeof Slice>;
