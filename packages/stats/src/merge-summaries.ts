import { CLOCKS, type ClientSummary, OUTCOMES, type Usage } from "@c10k-lab/protocol";
import { LatencyHistogram } from "./latency-histogram.ts";

/**
 * Several clients that loaded one server together, as if they had been one. Counts are added; histograms are merged and
 * percentiles taken after that, never averaged; the messaging interval is the union of theirs, so their clocks must be
 * one machine's. `peak` is the sum, which is true of clients that begin together (--start-at). So is `maxRssKiB`: the
 * memory all took. What describes a client rather than counts (target, options, environment) is the first one's.
 *
 * @throws RangeError when there is nothing to merge
 */
export function mergeSummaries(summaries: readonly ClientSummary[]): ClientSummary {
  const [first] = summaries;
  if (first === undefined) throw new RangeError("no summaries to merge");
  return {
    ...first,
    complete: summaries.every(({ complete }) => complete),
    asked: { ...first.asked, ...mergeAsked(summaries) },
    achieved: mergeAchieved(summaries.map(({ achieved }) => achieved)),
    outcomes: addUp(
      OUTCOMES,
      summaries.map(({ outcomes }) => outcomes),
    ),
    ...mergeLatencies(summaries),
    usage: addUp(
      USAGE,
      summaries.map(({ usage }) => usage),
    ),
  };
}

const USAGE = [
  "userUs",
  "systemUs",
  "voluntarySwitches",
  "involuntarySwitches",
  "maxRssKiB",
] as const satisfies readonly (keyof Usage)[];

type Achieved = ClientSummary["achieved"];

const COUNTED = ["established", "completed", "peak", "messages", "bytesSent", "bytesReceived"] as const;

function mergeAsked(summaries: readonly ClientSummary[]) {
  const messages = summaries.map(({ asked }) => asked.messages);
  return {
    connections: summaries.reduce((sum, { asked }) => sum + asked.connections, 0),
    messages: messages.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0),
  };
}

function mergeAchieved(all: readonly Achieved[]): Achieved {
  const counts = addUp(COUNTED, all);
  const firstSentUs = extreme(Math.min, all, "firstSentUs");
  const lastDoneUs = extreme(Math.max, all, "lastDoneUs");
  const messagingMs =
    firstSentUs === null || lastDoneUs === null ? 0 : Math.max(0, lastDoneUs - firstSentUs) / 1000;
  return {
    ...counts,
    startLagMs: extreme(Math.max, all, "startLagMs"),
    firstSentUs,
    lastDoneUs,
    messagingMs,
    messagesPerSecond: messagingMs === 0 ? 0 : Math.round((counts.messages / messagingMs) * 1000),
    durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
  };
}

function mergeLatencies(summaries: readonly ClientSummary[]) {
  const merged = CLOCKS.map((clock) => {
    const histogram = new LatencyHistogram();
    for (const { histograms } of summaries) histogram.merge(LatencyHistogram.decode(histograms[clock]));
    return [clock, histogram] as const;
  });
  return {
    latencyUs: Object.fromEntries(merged.map(([clock, histogram]) => [clock, histogram.summary()])),
    histograms: Object.fromEntries(merged.map(([clock, histogram]) => [clock, histogram.encode()])),
  } as Pick<ClientSummary, "latencyUs" | "histograms">;
}

/** The earliest or latest of those that have it; null when none has. */
function extreme<Name extends "startLagMs" | "firstSentUs" | "lastDoneUs">(
  pick: (...values: number[]) => number,
  all: readonly Achieved[],
  name: Name,
): number | null {
  const values = all.map((each) => each[name]).filter((value) => value !== null);
  return values.length === 0 ? null : pick(...values);
}

function addUp<Name extends string>(
  names: readonly Name[],
  all: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, each) => sum + each[name], 0)]),
  ) as Record<Name, number>;
}
