import { type Objective, SATURATED_CORES, type Signal, type Slice, type Trial } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { findDisturbance } from "../slices/disturbances.ts";
import {
  type Carried,
  detectClientLimit,
  detectFullCore,
  detectLatency,
  detectRate,
  isCarried,
} from "./load-signals.ts";
import type { Answer } from "./search.ts";

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
export function judgeSliceTrial({ cell, slice, before, objective }: SliceEvidence): {
  trial: Trial;
  answer: Answer;
} {
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
    disturbance: met ? null : findDisturbance(slice, before),
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
