import {
  CLOCKS,
  type ClientSummary,
  type LatencySummary,
  LOOP_CLOCKS,
  OUTCOMES,
  type Usage,
} from "@c10k-lab/protocol";
import { LatencyHistogram } from "./latency-histogram.ts";
import { mergeSeries } from "./load-series.ts";

/**
 * Several clients that loaded one server together, as if they had been one. Counts are added; histograms are merged and
 * percentiles taken after that, never averaged; the messaging interval is the union of theirs, so their clocks must be
 * one machine's. `peak` and `held` are sums, which is true of clients that begin together (--start-at). So is `maxRssKiB`: the
 * memory all took. `series` is the sum of what was last known of each. What describes a client rather than counts (target, options, environment) is the first one's.
 *
 * @throws RangeError when there is nothing to merge
 */
export function mergeSummaries(summaries: readonly ClientSummary[]): ClientSummary {
  const [first] = summaries;
  if (first === undefined) throw new RangeError("no summaries to merge");
  const achieved = mergeAchieved(summaries.map((summary) => summary.achieved));
  return {
    ...first,
    complete: summaries.every(({ complete }) => complete),
    asked: { ...first.asked, ...mergeAsked(summaries.map(({ asked }) => asked)) },
    achieved,
    outcomes: addUp(
      OUTCOMES,
      summaries.map(({ outcomes }) => outcomes),
    ),
    series: mergeSeries(summaries.map(({ series }) => series)),
    ...mergeLatencies(CLOCKS, summaries),
    loop: mergeLoops(
      summaries.map(({ loop }) => loop),
      achieved.messagingMs,
    ),
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

type Loop = ClientSummary["loop"];

const COUNTED = [
  "established",
  "completed",
  "peak",
  "held",
  "messages",
  "unsent",
  "inFlight",
  "proofs",
  "bytesSent",
  "bytesReceived",
] as const satisfies readonly (keyof Achieved)[];

function mergeAsked(all: readonly ClientSummary["asked"][]) {
  const messages = all.map((asked) => asked.messages);
  return {
    ...addUp(["connections", "active"], all),
    messages: messages.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0),
  };
}

function mergeLoops(all: readonly Loop[], messagingMs: number): Loop {
  const counts = addUp(["waits", "sends", "receives", "cpuUs"], all);
  const cpuShare = messagingMs === 0 ? null : counts.cpuUs / 1000 / messagingMs;
  return { ...counts, cpuShare, ...mergeLatencies(LOOP_CLOCKS, all) };
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

interface Latencies<Name extends string> {
  readonly latencyUs: Record<Name, LatencySummary>;
  readonly histograms: Record<Name, string>;
}

function mergeLatencies<Name extends string>(
  names: readonly Name[],
  all: readonly Latencies<Name>[],
): Latencies<Name> {
  const merged = names.map((name) => {
    const histogram = new LatencyHistogram();
    for (const { histograms } of all) histogram.merge(LatencyHistogram.decode(histograms[name]));
    const failed = all.reduce((sum, { latencyUs }) => sum + latencyUs[name].failed, 0);
    return { name, latencyUs: histogram.summary(failed), encoded: histogram.encode() };
  });
  return {
    latencyUs: byName(merged.map(({ name, latencyUs }) => [name, latencyUs])),
    histograms: byName(merged.map(({ name, encoded }) => [name, encoded])),
  };
}

function byName<Name extends string, T>(entries: readonly (readonly [Name, T])[]): Record<Name, T> {
  return Object.fromEntries(entries) as Record<Name, T>;
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
  return byName(names.map((name) => [name, all.reduce((sum, each) => sum + each[name], 0)]));
}
