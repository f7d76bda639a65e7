import { cpus, release } from "node:os";
import type { ClientSummary, LoadSample } from "@c10k-lab/protocol";
import { CLOCKS, type Clock, LOOP_CLOCKS, type LoopClock } from "@c10k-lab/protocol/clocks";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol/names";
import { LatencyHistogram, usageNow } from "@c10k-lab/stats";
import type { ClientOptions } from "../contract.ts";
import type { LoadResult } from "../load/load-run.ts";
import type { Target } from "../load/target.ts";
import { LIVE, RESULT, type ResultsTable } from "../measure/results-table.ts";
import type { Workload } from "../workload/workload.ts";

/** Summarizes a run from its rows and histograms. */
export function summarize(
  target: Target,
  options: ClientOptions,
  workload: Workload,
  results: ResultsTable,
  result: LoadResult,
): ClientSummary {
  const { connections, active, messagesEach, warmupMs } = workload;
  const outcomes = countOutcomes(results, connections);
  const achieved = summarizeAchieved(workload, results, result, outcomes.ok);
  const failed = countFailed(workload, results, result.unsent);
  return {
    schema: "c10k-lab/client-summary/1",
    complete: outcomes.interrupted === 0,
    target,
    asked: {
      connections,
      active,
      messages: Number.isFinite(messagesEach) ? active * messagesEach : null,
      options,
    },
    achieved,
    outcomes,
    firstWrong: result.firstWrong,
    series: markWarmup(result),
    ...summarizeLatencies(CLOCKS, result.histograms, failed),
    loop: summarizeLoop(result, warmupMs, achieved.messagingMs),
    usage: usageNow(),
    environment: {
      node: process.version,
      kernel: release(),
      cpu: cpus()[0]?.model ?? "unknown",
      processors: cpus().length,
    },
  };
}

function summarizeLoop(
  { histograms, loop, cpuUs }: LoadResult,
  warmupMs: number,
  messagingMs: number,
): ClientSummary["loop"] {
  return {
    ...summarizeLatencies(LOOP_CLOCKS, histograms, { turn: 0, sendLag: 0 }),
    ...loop,
    cpuUs,
    cpuShare: messagingMs === 0 ? null : cpuUs / 1000 / (warmupMs + messagingMs),
  };
}

function summarizeAchieved(
  { connections }: Workload,
  results: ResultsTable,
  { startLagMs, firstSentUs, lastDoneUs, unsent }: LoadResult,
  completed: number,
): ClientSummary["achieved"] {
  const { live } = results;
  const messages = results.sum(RESULT.completed);
  const messagingMs = Math.max(0, lastDoneUs - firstSentUs) / 1000;
  return {
    established: live[LIVE.established],
    completed,
    peak: live[LIVE.peak],
    held: live[LIVE.held],
    messages,
    warmup: live[LIVE.warmup],
    unsent,
    inFlight: countInterrupted(results, connections),
    proofs: live[LIVE.proofs],
    bytesSent: results.sum(RESULT.bytesSent),
    bytesReceived: results.sum(RESULT.bytesReceived),
    startLagMs,
    firstSentUs: firstSentUs || null,
    lastDoneUs: lastDoneUs || null,
    messagingMs,
    messagesPerSecond:
      messagingMs === 0 ? 0 : Math.round(((messages - live[LIVE.warmup]) / messagingMs) * 1000),
    durationMs: measureDurationMs(results, connections),
  };
}

/** Marks the samples taken before the first measured message was sent. */
function markWarmup({ series, firstSentUs }: LoadResult): LoadSample[] {
  return series.map((sample) => ({ ...sample, isWarmup: sample.atUs < firstSentUs }));
}

/**
 * Counts the infinite times of each clock: connections that were not established; connections that ended without their
 * first echo; one message of each connection that ended before it had done its work; in an open loop also the messages
 * that were due and never sent.
 */
function countFailed({ connections, ratePerSecond }: Workload, results: ResultsTable, unsent: number) {
  const failed = { connect: 0, firstResponse: 0, response: 0, intended: unsent };
  for (let connection = 0; connection < connections; connection++) {
    const outcome = results.outcome(connection);
    if (outcome === "ok" || outcome === "interrupted") continue;
    if (!results.isEstablished(connection)) failed.connect++;
    else if (results.isOwed(connection)) {
      failed.response++;
      if (results.rows.get(connection, RESULT.completed) === 0) failed.firstResponse++;
      if (ratePerSecond !== null && results.wasInFlight(connection)) failed.intended++;
    }
  }
  return failed;
}

function summarizeLatencies<Name extends Clock | LoopClock>(
  names: readonly Name[],
  histograms: Readonly<Record<Name, string>>,
  failed: Readonly<Record<Name, number>>,
) {
  const entries = names.map((name) => {
    const summary = LatencyHistogram.decode(histograms[name]).summary(failed[name]);
    return [name, summary] as const;
  });
  return {
    latencyUs: toRecord(entries),
    histograms: toRecord(names.map((name) => [name, histograms[name]])),
  };
}

function toRecord<Name extends string, T>(entries: readonly (readonly [Name, T])[]): Record<Name, T> {
  return Object.fromEntries(entries) as Record<Name, T>;
}

function countOutcomes(results: ResultsTable, connections: number): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<Outcome, number>;
  for (let connection = 0; connection < connections; connection++) counts[results.outcome(connection)]++;
  return counts;
}

/** Counts messages in flight at an interrupt: neither echoed nor failed. */
function countInterrupted(results: ResultsTable, connections: number): number {
  let count = 0;
  for (let connection = 0; connection < connections; connection++) {
    if (results.outcome(connection) !== "interrupted") continue;
    if (results.wasInFlight(connection)) count++;
  }
  return count;
}

/** Measures the time from the first connect(2) to the end of the last connection. */
function measureDurationMs(results: ResultsTable, connections: number): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let connection = 0; connection < connections; connection++) {
    const started = results.startedUs(connection);
    if (started > 0) first = Math.min(first, started);
    last = Math.max(last, results.endedUs(connection));
  }
  return Math.max(0, last - first) / 1000;
}
