import { cpus, release } from "node:os";
import {
  CLOCKS,
  ClientSummary,
  type Clock,
  type LatencySummary,
  OUTCOMES,
  type Outcome,
} from "@c10k-lab/protocol";
import { LatencyHistogram, usageNow } from "@c10k-lab/stats";
import type { Target } from "./load-run.ts";
import type { LoadWorkerResult } from "./load-worker.ts";
import type { ClientOptions } from "./options.ts";
import { LIVE, RESULT, type ResultsTable } from "./results-table.ts";
import type { Workload } from "./workload.ts";

/** What was asked and what came of it, from the rows and the histograms. */
export function summarize(
  target: Target,
  options: ClientOptions,
  workload: Workload,
  results: ResultsTable,
  { histograms, startLagMs, firstSentUs, lastDoneUs }: LoadWorkerResult,
): ClientSummary {
  const { connections, messagesEach } = workload;
  const outcomes = countOutcomes(results, connections);
  const sum = (field: number) => total(results, connections, field);
  const messages = sum(RESULT.completed);
  const messagingMs = Math.max(0, lastDoneUs - firstSentUs) / 1000;
  const latencyUs = Object.fromEntries(
    CLOCKS.map((clock) => [clock, LatencyHistogram.decode(histograms[clock]).summary()]),
  ) as Record<Clock, LatencySummary>;
  return ClientSummary.parse({
    schema: "c10k-lab/client-summary/1",
    complete: outcomes.interrupted === 0,
    target,
    asked: {
      connections,
      messages: Number.isFinite(messagesEach) ? connections * messagesEach : null,
      options: { ...options },
    },
    achieved: {
      established: results.live[LIVE.established],
      completed: outcomes.ok,
      peak: results.live[LIVE.peak],
      messages,
      bytesSent: sum(RESULT.bytesSent),
      bytesReceived: sum(RESULT.bytesReceived),
      startLagMs,
      firstSentUs: firstSentUs || null,
      lastDoneUs: lastDoneUs || null,
      messagingMs,
      messagesPerSecond: messagingMs === 0 ? 0 : Math.round((messages / messagingMs) * 1000),
      durationMs: durationMs(results, connections),
    },
    outcomes,
    latencyUs,
    histograms,
    usage: usageNow(),
    environment: {
      node: process.version,
      kernel: release(),
      cpu: cpus()[0]?.model ?? "unknown",
      processors: cpus().length,
    },
  } satisfies ClientSummary);
}

function countOutcomes(results: ResultsTable, connections: number): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<Outcome, number>;
  for (let connection = 0; connection < connections; connection++) counts[results.outcome(connection)]++;
  return counts;
}

function total(results: ResultsTable, connections: number, field: number): number {
  let sum = 0;
  for (let connection = 0; connection < connections; connection++) sum += results.rows.get(connection, field);
  return sum;
}

function durationMs(results: ResultsTable, connections: number): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let connection = 0; connection < connections; connection++) {
    const started = results.rows.get(connection, RESULT.startedUs);
    if (started > 0) first = Math.min(first, started);
    last = Math.max(last, results.rows.get(connection, RESULT.endedUs));
  }
  return Math.max(0, last - first) / 1000;
}
