import { median } from "@c10k-lab/inference";
import type { RepetitionResult, Slice } from "@c10k-lab/protocol";

/** Figures that slices measure; see RepetitionFigures. */
interface SliceFigures {
  readonly messagesPerSecond: number | null;
  readonly mibPerSecond: number | null;
  readonly userPerMessageUs: null;
  readonly systemPerMessageUs: null;
  readonly cpuPerMessageUs: number | null;
  readonly serverCorePercent: number | null;
  readonly clientCorePercent: number | null;
}

/**
 * Returns the figures of a repetition that was measured in slices: medians of the slices that count. Connecting, and what
 * lies between the slices, is in none of them. null for other repetitions.
 */
export function sliceFigures({ slices, client }: RepetitionResult): SliceFigures | null {
  const counted = slices.filter(({ disturbances }) => disturbances.length === 0);
  if (counted.length === 0) return null;
  const middle = (read: (slice: Slice) => number | null) =>
    median(counted.map(read).filter((value) => value !== null));
  const messagesPerSecond = middle((slice) => slice.messagesPerSecond);
  return {
    messagesPerSecond,
    mibPerSecond: mibPerSecond(client, messagesPerSecond),
    userPerMessageUs: null,
    systemPerMessageUs: null,
    cpuPerMessageUs: middle(({ server }) => server.cpuUsPerMessage),
    serverCorePercent: percent(middle(({ server }) => server.cores)),
    clientCorePercent: percent(middle((slice) => slice.client.cores)),
  };
}

function mibPerSecond(client: RepetitionResult["client"], messagesPerSecond: number | null): number | null {
  if (client === null || messagesPerSecond === null || client.achieved.messages === 0) return null;
  const { bytesSent, bytesReceived, messages } = client.achieved;
  return ((bytesSent + bytesReceived) / messages / 2 ** 20) * messagesPerSecond;
}

function percent(cores: number | null): number | null {
  return cores === null ? null : 100 * cores;
}
