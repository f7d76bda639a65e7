import type { Range } from "@c10k-lab/cli";
import type { Truth } from "./client-figures.ts";

/** Name of the server with known response times: native/servers/c-delay.c. */
export const DELAY = "delay";

/** Range of its delays, uniformly distributed. */
export const DELAY_MS: Range = { from: 10, to: 100 };

/** Computes the percentiles of uniformly distributed delays. */
export function computeTruth({ from, to }: Range): Truth {
  const percentileUs = (percent: number) => from * 1000 + (to - from) * percent * 10;
  return { p50Us: percentileUs(50), p90Us: percentileUs(90), p99Us: percentileUs(99) };
}
