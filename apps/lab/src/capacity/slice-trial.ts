import { median } from "@c10k-lab/inference";
import {
  type Doubt,
  type Objective,
  SATURATED_CORES,
  type Signal,
  type Slice,
  type Trial,
} from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import {
  type Carried,
  detectClientLimit,
  detectFullCore,
  detectLatency,
  detectRate,
  isCarried,
} from "./load-signals.ts";
import type { Answer } from "./search.ts";

/** Shares of a core above the usual that others took from server or client: a slice that failed is measured again. */
const FOREIGN_ABOVE_USUAL = 0.3;
const STOLEN_ABOVE_USUAL = 0.1;

/** A slice of a search, and everything that it is judged by. */
export interface SliceEvidence {
  /** Name of its cell. */
  readonly cell: string;
  readonly slice: Slice;
  /** Slices of the same start before it. */
  readonly before: readonly Slice[];
  readonly objective: Objective;
}

/** Judges one slice of a value in which no connection failed, and says what it shows. */
export function judgeSliceTrial(evidence: SliceEvidence): { trial: Trial; answer: Answer } {
  const { cell, slice, objective } = evidence;
  const carried = carriedIn(slice, objective);
  const met = isCarried(carried);
  const trial: Trial = {
    cell,
    block: slice.block,
    met,
    signals: met ? [] : listSignals(slice, carried),
    p99Ms: carried.p99Ms,
    achieved: carried.achieved,
    failures: 0,
    disturbance: met ? null : findDisturbance(evidence),
    counts: true,
  };
  return { trial, answer: met ? "met" : "failed" };
}

function carriedIn({ offered, histograms }: Slice, objective: Objective): Carried {
  if (offered === null || offered.messages === 0) {
    return { objective, rate: offered?.perSecond ?? 0, achieved: null, p99Ms: null };
  }
  // What was due and is not back has waited for longer than the objective.
  const { p99 } = LatencyHistogram.decode(histograms.intended).summary(offered.unanswered);
  return {
    objective,
    rate: offered.perSecond,
    achieved: (offered.messages - offered.unanswered) / offered.messages,
    p99Ms: typeof p99 === "number" ? p99 / 1000 : p99,
  };
}

/** Returns the signals of a slice that failed, causes before consequences. */
function listSignals({ client, server }: Slice, carried: Carried): Signal[] {
  const isBusy = client.cores >= SATURATED_CORES;
  return [
    detectClientLimit(isBusy ? { reason: "client-limit", corePercent: 100 * client.cores } : null),
    detectFullCore(server.cores === null ? null : 100 * server.cores),
    detectRate(carried),
    detectLatency(carried),
  ].filter((signal) => signal !== null);
}

/** Returns the work of others that may be why a slice failed: what exceeds the usual of the slices before, on either core. */
function findDisturbance({ slice, before }: SliceEvidence): Doubt | null {
  const above = (read: (one: Slice) => number) => read(slice) - (median(before.map(read)) ?? 0);
  const stolen = [({ stolen }: Slice) => stolen.cores, ({ clientCore }: Slice) => clientCore?.stolen ?? 0];
  const foreign = [
    ({ foreign }: Slice) => foreign.cores,
    ({ clientCore }: Slice) => clientCore?.foreign ?? 0,
  ];
  const most = (reads: readonly ((one: Slice) => number)[], margin: number) =>
    reads
      .filter((read) => above(read) > margin)
      .map((read) => Math.round(1000 * read(slice)) / 10)
      .toSorted((a, b) => b - a)[0];
  const stolenPercent = most(stolen, STOLEN_ABOVE_USUAL);
  if (stolenPercent !== undefined) return { reason: "stolen", percent: stolenPercent };
  const otherPercent = most(foreign, FOREIGN_ABOVE_USUAL);
  return otherPercent === undefined ? null : { reason: "busy-host", percent: otherPercent };
}
