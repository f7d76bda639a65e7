import type { Range } from "@c10k-lab/cli";
import type { Truth } from "./client-figures.ts";

/** The server whose response time is known: native/servers/c-delay.c. */
export const DELAY = "delay";

/** It holds each message back for a time between these two, all equally often. */
export const DELAY_MS: Range = { from: 10, to: 100 };

/** Response times when messages are held back like that. */
export function truthOf({ from, to }: Range): Truth {
  const percentileUs = (percent: number) => from * 1000 + (to - from) * percent * 10;
  return { p50Us: percentileUs(50), p90Us: percentileUs(90), p99Us: percentileUs(99) };
}
