import type { Slice } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import type { LookDifference } from "./slice-look.ts";

/** One turn of a slice: what it adds to it. Times in µs. */
export interface Turn extends LookDifference {
  /** By the client's clock. */
  readonly elapsedUs: number;
  readonly messages: number;
  readonly errors: number;
  readonly isPinned: boolean;
  /** Open loop: its rate, and the messages that were due; null in a closed loop. */
  readonly offered: { readonly perSecond: number; readonly messages: number } | null;
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
  const sum = (name: Exclude<keyof Turn, "histograms" | "offered" | "isPinned">) =>
    turns.reduce((total, turn) => total + turn[name], 0);
  const cores = (name: Parameters<typeof sum>[0]) => Math.max(0, sum(name)) / sum("lookedUs");
  const merge = (name: keyof Slice["histograms"]) =>
    LatencyHistogram.decodeAll(turns.flatMap(({ histograms }) => histograms.map((one) => one[name])));
  const intended = merge("intended");
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
    clientCore: turns.some(({ isPinned }) => !isPinned)
      ? null
      : {
          foreign: Math.max(0, cores("clientBusyUs") - sum("clientUs") / elapsedUs),
          stolen: cores("clientStolenUs"),
        },
    offered: sumOffered(turns, intended.count),
    histograms: { response: merge("response").encode(), intended: intended.encode() },
    disturbances: sum("errors") > 0 ? ["failures"] : [],
  };
}

function sumOffered(turns: readonly Turn[], answered: number): Slice["offered"] {
  const offered = turns.flatMap((turn) => turn.offered ?? []);
  const [first] = offered;
  if (first === undefined || offered.length < turns.length) return null;
  const messages = offered.reduce((sum, one) => sum + one.messages, 0);
  return { perSecond: first.perSecond, messages, unanswered: Math.max(0, messages - answered) };
}
