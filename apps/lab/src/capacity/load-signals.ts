import {
  type Doubt,
  type Objective,
  type Percentile,
  SATURATED_CORES,
  type Signal,
} from "@c10k-lab/protocol";

type Of<Name extends Signal["signal"]> = Extract<Signal, { signal: Name }> | null;

/** Figures that show whether a load was carried; null where nothing was measured. */
export interface Carried {
  readonly objective: Objective;
  /** Messages per second that were due. */
  readonly rate: number;
  /** Messages answered by messages due. */
  readonly achieved: number | null;
  /** Response time from when a message was due, ms. */
  readonly p99Ms: Percentile;
}

/** Returns whether a load was carried as the objective demands. */
export function isCarried({ objective, achieved, p99Ms }: Carried): boolean {
  return achieved !== null && achieved >= objective.achievedMin && isInTime(p99Ms, objective);
}

/** Detects a client that may have been the limit. */
export function detectClientLimit(doubt: Doubt | null): Of<"client-limit"> {
  return doubt && { signal: "client-limit", doubt };
}

/** Detects a server that has used up its core. */
export function detectFullCore(corePercent: number | null): Of<"cpu"> {
  return corePercent !== null && corePercent >= 100 * SATURATED_CORES ? { signal: "cpu", corePercent } : null;
}

/** Detects too few answers. */
export function detectRate({ achieved, objective, rate }: Carried): Of<"rate"> {
  if (achieved === null || achieved >= objective.achievedMin) return null;
  return {
    signal: "rate",
    offeredPerSecond: rate,
    answeredPercent: 100 * achieved,
    objectivePercent: 100 * objective.achievedMin,
  };
}

/** Detects answers that were too late. */
export function detectLatency({ p99Ms, objective }: Carried): Of<"latency"> {
  return isInTime(p99Ms, objective) ? null : { signal: "latency", p99Ms, objectiveMs: objective.p99Ms };
}

function isInTime(p99Ms: Percentile, objective: Objective): boolean {
  return typeof p99Ms === "number" && p99Ms <= objective.p99Ms;
}
