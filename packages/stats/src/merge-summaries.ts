import type { ClientSummary, LatencySummary } from "@c10k-lab/protocol";
import { CLOCKS, LOOP_CLOCKS } from "@c10k-lab/protocol/clocks";
import { addCounts } from "./counts.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { mergeSeries } from "./load-series.ts";

/**
 * Merges the summaries of several clients that loaded one server together into the summary of one client.
 * - Counts add up. `maxRssKiB` is the memory of all. `peak` and `held` add up because the clients start together
 *   (--start-at).
 * - Histograms are merged and percentiles computed afterwards, never averaged.
 * - The messaging interval is the union of all, so all clocks must be those of one machine.
 * - Descriptions (target, options, environment) are those of the first client.
 *
 * @throws RangeError when `summaries` is empty
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
    outcomes: addCounts(summaries.map(({ outcomes }) => outcomes)),
    firstWrong: summaries.map(({ firstWrong }) => firstWrong).find((one) => one !== null) ?? null,
    series: mergeSeries(summaries.map(({ series }) => series)),
    ...mergeLatencies(CLOCKS, summaries),
    loop: mergeLoops(
      summaries.map(({ loop }) => loop),
      achieved.messagingMs,
    ),
    usage: addCounts(summaries.map(({ usage }) => usage)),
  };
}

type Achieved = ClientSummary["achieved"];
type Loop = ClientSummary["loop"];

function mergeAsked(all: readonly ClientSummary["asked"][]) {
  const messages = all.map((asked) => asked.messages);
  return {
    ...addCounts(all.map(({ connections, active }) => ({ connections, active }))),
    messages: messages.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0),
  };
}

function mergeLoops(all: readonly Loop[], messagingMs: number): Loop {
  const counts = addCounts(all.map(({ cpuShare, latencyUs, histograms, ...each }) => each));
  const cpuShare = messagingMs === 0 ? null : counts.cpuUs / 1000 / messagingMs;
  return { ...counts, cpuShare, ...mergeLatencies(LOOP_CLOCKS, all) };
}

function mergeAchieved(all: readonly Achieved[]): Achieved {
  const counts = addCounts(all.map(pickCounts));
  const firstSentUs = pickExtreme(Math.min, all, "firstSentUs");
  const lastDoneUs = pickExtreme(Math.max, all, "lastDoneUs");
  const messagingMs =
    firstSentUs === null || lastDoneUs === null ? 0 : Math.max(0, lastDoneUs - firstSentUs) / 1000;
  return {
    ...counts,
    startLagMs: pickExtreme(Math.max, all, "startLagMs"),
    firstSentUs,
    lastDoneUs,
    messagingMs,
    messagesPerSecond: messagingMs === 0 ? 0 : Math.round((counts.messages / messagingMs) * 1000),
    durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
  };
}

/** Returns the figures that add up. */
function pickCounts({
  startLagMs,
  firstSentUs,
  lastDoneUs,
  messagingMs,
  messagesPerSecond,
  durationMs,
  ...counts
}: Achieved) {
  return counts;
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
    latencyUs: toRecord(merged.map(({ name, latencyUs }) => [name, latencyUs])),
    histograms: toRecord(merged.map(({ name, encoded }) => [name, encoded])),
  };
}

function toRecord<Name extends string, T>(entries: readonly (readonly [Name, T])[]): Record<Name, T> {
  return Object.fromEntries(entries) as Record<Name, T>;
}

/** Returns the earliest or latest value that is not null; null when there is none. */
function pickExtreme<Name extends "startLagMs" | "firstSentUs" | "lastDoneUs">(
  pick: (...values: number[]) => number,
  all: readonly Achieved[],
  name: Name,
): number | null {
  const values = all.map((each) => each[name]).filter((value) => value !== null);
  return values.length === 0 ? null : pick(...values);
}
