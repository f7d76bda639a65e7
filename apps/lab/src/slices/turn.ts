import type { Slice } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import type { LookDifference } from "./slice-look.ts";

/** One turn of a slice: what it adds to it. Times in µs. */
export interface Turn extends LookDifference {
  /** By the client's clock. */
  readonly elapsedUs: number;
  readonly messages: number;
  readonly errors: number;
  readonly clientUs: number;
  /** Response times of the messages sent in it, one a client. */
  readonly histograms: readonly Slice["histograms"][];
}

/** Sums the turns of a slice. @param isSeen whether the server's processes can be looked at */
export function describeSlice(
  { block, place }: Pick<Slice, "block" | "place">,
  turns: readonly Turn[],
  isSeen: boolean,
): Slice {
  const sum = (name: Exclude<keyof Turn, "histograms">) =>
    turns.reduce((total, turn) => total + turn[name], 0);
  const cores = (name: Parameters<typeof sum>[0]) => Math.max(0, sum(name)) / sum("lookedUs");
  const merge = (name: keyof Slice["histograms"]) =>
    LatencyHistogram.decodeAll(
      turns.flatMap(({ histograms }) => histograms.map((one) => one[name])),
    ).encode();
  const elapsedUs = sum("elapsedUs");
  const messages = sum("messages");
  const perSecond = (1e6 * messages) / elapsedUs;
  const server = { cores: cores("serverUs"), faults: sum("faults") };
  return {
    block,
    place,
    turns: turns.length,
    durationMs: elapsedUs / 1000,
    messages,
    messagesPerSecond: perSecond,
    server: {
      cores: isSeen ? server.cores : null,
      // Share by rate: lab and client read their clocks at slightly different moments.
      cpuUsPerMessage: messages === 0 || !isSeen ? null : (1e6 * server.cores) / perSecond,
      faultsPerMessage: messages === 0 || !isSeen ? null : server.faults / messages,
    },
    client: { cores: sum("clientUs") / elapsedUs },
    waiting: { cores: cores("waitingUs") },
    lab: { cores: cores("labUs") },
    foreign: { cores: Math.max(0, cores("busyUs") - server.cores) },
    stolen: { cores: cores("stolenUs") },
    histograms: { response: merge("response"), intended: merge("intended") },
    disturbances: sum("errors") > 0 ? ["failures"] : [],
  };
}
