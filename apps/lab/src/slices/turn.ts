import type { Slice } from "@c10k-lab/protocol";
import { addCounts, LatencyHistogram } from "@c10k-lab/stats";
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

/** Times (µs) and counts of all turns together. */
type Totals = Omit<Turn, "histograms" | "offered" | "isPinned">;

/** Sums the turns of a slice. @param turns one or more. @param isSeen whether the server's processes can be looked at */
export function describeSlice(
  { block, place }: Pick<Slice, "block" | "place">,
  turns: readonly Turn[],
  isSeen: boolean,
): Slice {
  const totals: Totals = addCounts(
    turns.map(({ histograms, offered, isPinned, ...counts }): Totals => counts),
  );
  const { elapsedUs, messages, clientUs, errors } = totals;
  const merge = (name: keyof Slice["histograms"]) =>
    LatencyHistogram.decodeAll(turns.flatMap(({ histograms }) => histograms.map((one) => one[name])));
  const intended = merge("intended");
  return {
    block,
    place,
    turns: turns.length,
    durationMs: elapsedUs / 1000,
    messages,
    messagesPerSecond: (1e6 * messages) / elapsedUs,
    server: describeServer(totals, isSeen),
    client: { cores: clientUs / elapsedUs },
    ...describeOthers(
      totals,
      turns.every(({ isPinned }) => isPinned),
    ),
    offered: sumOffered(turns, intended.count),
    histograms: { response: merge("response").encode(), intended: intended.encode() },
    disturbances: errors > 0 ? ["failures"] : [],
  };
}

function describeServer(totals: Totals, isSeen: boolean): Slice["server"] {
  const { elapsedUs, messages, faults } = totals;
  const cores = coresIn(totals, totals.serverUs);
  const isCounted = isSeen && messages > 0;
  return {
    cores: isSeen ? cores : null,
    // Share by rate: lab and client read their clocks at slightly different moments.
    cpuUsPerMessage: isCounted ? (cores * elapsedUs) / messages : null,
    faultsPerMessage: isCounted ? faults / messages : null,
  };
}

/** Returns what all but server and client took. */
function describeOthers(
  totals: Totals,
  isPinned: boolean,
): Pick<Slice, "waiting" | "lab" | "foreign" | "stolen" | "clientCore"> {
  const { waitingUs, labUs, busyUs, serverUs, stolenUs, clientUs, clientBusyUs, clientStolenUs, elapsedUs } =
    totals;
  const cores = (us: number) => coresIn(totals, us);
  return {
    waiting: { cores: cores(waitingUs) },
    lab: { cores: cores(labUs) },
    foreign: { cores: Math.max(0, cores(busyUs) - cores(serverUs)) },
    stolen: { cores: cores(stolenUs) },
    clientCore: isPinned
      ? {
          foreign: Math.max(0, cores(clientBusyUs) - clientUs / elapsedUs),
          stolen: cores(clientStolenUs),
        }
      : null,
  };
}

function coresIn({ lookedUs }: Totals, us: number): number {
  return Math.max(0, us) / lookedUs;
}

function sumOffered(turns: readonly Turn[], answered: number): Slice["offered"] {
  const offered = turns.flatMap((turn) => turn.offered ?? []);
  const [first] = offered;
  if (first === undefined || offered.length < turns.length) return null;
  const messages = offered.reduce((sum, one) => sum + one.messages, 0);
  return { perSecond: first.perSecond, messages, unanswered: Math.max(0, messages - answered) };
}
