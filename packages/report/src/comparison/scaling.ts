import { type Interval, ratioInterval } from "@c10k-lab/inference";
import { type CellFigures, intervalOf, isUnbalanced, valuesOf } from "../model/cell-figures.ts";
import { cellsOf, type Group, isWhole } from "../model/group.ts";
import { ACHIEVED_MIN, P99_MAX_MS, RATE_KEPT_MIN } from "../model/limits.ts";
import type { Value } from "../model/quantities.ts";

/** First cell of a variant in which its server did not keep up, and the signs of that. */
export interface Degradation {
  readonly cell: CellFigures;
  readonly signs: readonly Sign[];
}

/** Evidence that a server did not keep up; sure unless its interval also allows the opposite. */
export type Sign = { readonly isSure: boolean } & (
  | { readonly sign: "cut-off" | "failed" | "out-of-memory" }
  | { readonly sign: "limited"; readonly established: number | null; readonly connections: number }
  /** Share of the offered rate that was achieved, or of the server's own best rate that was kept: 0 to 1. */
  | { readonly sign: "offered" | "rate"; readonly share: number; readonly interval: Interval | null }
  | {
      readonly sign: "p99";
      readonly clock: "response" | "intended";
      readonly ms: number;
      readonly interval: Interval | null;
    }
);

interface Offer {
  /** Connections or messages per second. */
  readonly offered: number;
  readonly achieved: Value;
}

/** Returns the rate that came whatever the server did; null for a closed loop, which waits for the server. */
export function offerOf({ axis, axisValue, clients, middle }: CellFigures): Offer | null {
  if (axis === "connect-rate") {
    return { offered: axisValue, achieved: ({ connectionsPerSecond }) => connectionsPerSecond };
  }
  // Each of several clients was asked for its share only.
  const rate = axis === "rate" ? axisValue : clients === 1 ? middle.client?.asked.options.rate : null;
  return typeof rate === "number"
    ? { offered: rate, achieved: ({ messagesPerSecond }) => messagesPerSecond }
    : null;
}

/** Returns null when the server kept up at every load measured. */
export function firstDegradation(group: Group, variant: string): Degradation | null {
  let best: CellFigures | null = null;
  for (const cell of cellsOf(group, variant)) {
    const signs = signsOf(cell, best);
    if (signs.length > 0) return { cell, signs };
    if (isWhole(cell) && rateOf(cell) > (best === null ? 0 : rateOf(best))) best = cell;
  }
  return null;
}

export function isSure({ signs }: Pick<Degradation, "signs">): boolean {
  return signs.some((sign) => sign.isSure);
}

/** A cell that was interrupted, or whose counts cannot be trusted, is no evidence about its server. */
function signsOf(cell: CellFigures, best: CellFigures | null): Sign[] {
  const { status, established, connections } = cell;
  switch (status) {
    case "interrupted":
    case "engine-lost":
      return [];
    case "cut-off":
    case "failed":
    case "out-of-memory":
      return [{ sign: status, isSure: true }];
    case "limited":
      return [{ sign: "limited", established, connections, isSure: true }];
    default:
      if (isUnbalanced(cell.middle)) return [];
      return [...offeredSign(cell), ...rateSign(cell, best), ...latencySign(cell)];
  }
}

function offeredSign(cell: CellFigures): Sign[] {
  const offer = offerOf(cell);
  const shareOf: Value = (figures) => {
    const achieved = offer?.achieved(figures) ?? null;
    return offer === null || achieved === null ? null : achieved / offer.offered;
  };
  const share = shareOf(cell);
  if (share === null || share >= ACHIEVED_MIN) return [];
  const interval = intervalOf(cell, shareOf);
  return [{ sign: "offered", share, interval, isSure: interval !== null && interval.high < ACHIEVED_MIN }];
}

function rateSign(cell: CellFigures, best: CellFigures | null): Sign[] {
  if (best === null || cell.messagesPerSecond === null) return [];
  const share = cell.messagesPerSecond / rateOf(best);
  if (share >= RATE_KEPT_MIN) return [];
  const interval = ratioInterval(valuesOf(cell, rateOf), valuesOf(best, rateOf));
  return [{ sign: "rate", share, interval, isSure: interval !== null && interval.high < RATE_KEPT_MIN }];
}

function latencySign(cell: CellFigures): Sign[] {
  const clock = cell.latency.intended.p99 === null ? "response" : "intended";
  const p99Of: Value = ({ latency }) => latency[clock].p99;
  const ms = p99Of(cell);
  if (ms === null || ms <= P99_MAX_MS) return [];
  const interval = intervalOf(cell, p99Of);
  return [{ sign: "p99", clock, ms, interval, isSure: interval !== null && interval.low > P99_MAX_MS }];
}

function rateOf({ messagesPerSecond }: Pick<CellFigures, "messagesPerSecond">): number {
  return messagesPerSecond ?? 0;
}
