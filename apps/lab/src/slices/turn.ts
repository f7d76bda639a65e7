import type { Slice } from "@c10k-lab/protocol";
import { addCounts, LatencyHistogram } from "@c10k-lab/stats";
import type { RestLook, ServerLook } from "./slice-look.ts";

/** The time while the load is steady. Times in µs. */
interface SteadyPart extends ServerLook {
  /** By the client's clock. */
  readonly elapsedUs: number;
  readonly messages: number;
  readonly clientUs: number;
}

/** The time from rest to rest, with the beginning and the end of the load. Times in µs. */
interface WholeTurn extends RestLook {
  readonly messages: number;
  readonly clientUs: number;
  readonly errors: number;
}

/** One turn of a slice: what it adds to it. */
export interface Turn {
  readonly steady: SteadyPart;
  readonly whole: WholeTurn;
  readonly isPinned: boolean;
  /** Open loop: its rate, and the messages that were due; null in a closed loop. */
  readonly offered: { readonly perSecond: number; readonly messages: number } | null;
  /** Response times of the messages sent in it, one a client. */
  readonly histograms: readonly Slice["histograms"][];
}

/** Sums the turns of a slice. @param turns one or more. @param isSeen whether the server's processes can be looked at */
export function describeSlice(
  { block, place }: Pick<Slice, "block" | "place">,
  turns: readonly Turn[],
  isSeen: boolean,
): Slice {
  const steady = addCounts(turns.map((turn) => turn.steady));
  const whole = addCounts(turns.map((turn) => turn.whole));
  const { elapsedUs, messages, clientUs, labUs, timeUs } = steady;
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
    server: describeServer(steady, whole, isSeen),
    client: { cores: clientUs / elapsedUs },
    lab: { cores: labUs / timeUs },
    ...describeOthers(
      whole,
      turns.every(({ isPinned }) => isPinned),
    ),
    offered: sumOffered(turns, intended.count),
    histograms: { response: merge("response").encode(), intended: intended.encode() },
    disturbances: whole.errors > 0 ? ["failures"] : [],
  };
}

function describeServer(steady: SteadyPart, whole: WholeTurn, isSeen: boolean): Slice["server"] {
  const cores = Math.max(0, steady.serverUs) / steady.timeUs;
  return {
    cores: isSeen ? cores : null,
    // Share by rate: lab and client read their clocks at slightly different moments.
    cpuUsPerMessage: isSeen && steady.messages > 0 ? (cores * steady.elapsedUs) / steady.messages : null,
    faultsPerMessage: isSeen && whole.messages > 0 ? whole.faults / whole.messages : null,
  };
}

/** Returns what all but server, client and lab took. */
function describeOthers(
  whole: WholeTurn,
  isPinned: boolean,
): Pick<Slice, "waiting" | "foreign" | "stolen" | "clientCore"> {
  const cores = (us: number) => Math.max(0, us) / whole.timeUs;
  const { busyUs, serverUs, clientUs } = whole;
  // The client's work is part of what all processors do.
  const foreignUs = isPinned ? busyUs - serverUs : busyUs - serverUs - clientUs;
  return {
    waiting: { cores: cores(whole.waitingUs) },
    foreign: { cores: cores(foreignUs) },
    stolen: { cores: cores(whole.stolenUs) },
    clientCore: isPinned
      ? { foreign: cores(whole.clientBusyUs - clientUs), stolen: cores(whole.clientStolenUs) }
      : null,
  };
}

function sumOffered(turns: readonly Turn[], answered: number): Slice["offered"] {
  const offered = turns.flatMap((turn) => turn.offered ?? []);
  const [first] = offered;
  if (first === undefined || offered.length < turns.length) return null;
  const messages = offered.reduce((sum, one) => sum + one.messages, 0);
  return { perSecond: first.perSecond, messages, unanswered: Math.max(0, messages - answered) };
}
