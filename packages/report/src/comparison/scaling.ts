import { CONFIDENCE_PERCENT, type Interval, ratioInterval } from "@c10k-lab/inference";
import { about, integer, percent } from "@c10k-lab/words";
import { type CellFigures, intervalOf, isUnbalanced, valuesOf } from "../model/cell-figures.ts";
import { ACHIEVED_MIN, P99_MAX_MS, RATE_KEPT_MIN } from "../model/limits.ts";
import type { RunFigures } from "../model/run-figures.ts";
import { cellsOf, isWhole, type Study } from "../model/study.ts";

/** Where a server was first seen not to keep up, and by which sign. */
export interface Degradation {
  readonly variant: string;
  readonly cell: CellFigures;
  readonly signs: readonly Sign[];
}

interface Sign {
  readonly sentence: string;
  /** False where the interval lets the opposite be true as well. */
  readonly isSure: boolean;
}

/** When a server is said to have stopped scaling, in these studies. */
export function scalingRule(studies: readonly Pick<Study, "cells">[]): string {
  const offered = studies.some(({ cells }) => cells.some((cell) => offerOf(cell) !== null))
    ? `, which achieves under ${integer(100 * ACHIEVED_MIN)} % of the rate that is offered`
    : "";
  return (
    `Rule: a server has stopped scaling at the first load whose cell is limited or failed${offered}, whose rate is under ` +
    `${integer(100 * RATE_KEPT_MIN)} % of its own best at a smaller load, or whose p99 response time is above ` +
    `${integer(P99_MAX_MS)} ms (where messages are due at a rate: counted from when they were due).`
  );
}

interface Offer {
  /** Per second: connections or messages. */
  readonly offered: number;
  readonly achieved: (run: RunFigures) => number | null;
}

/** What came whatever the server did; null where it asks for the next only when it has the last. */
function offerOf({ axis, x, clients, cell }: CellFigures): Offer | null {
  if (axis === "connect-rate") return { offered: x, achieved: (run) => run.connectionsPerSecond };
  // Of several clients each was asked for its share only.
  const rate = axis === "rate" ? x : clients === 1 ? cell.client?.asked.options.rate : null;
  return typeof rate === "number" ? { offered: rate, achieved: (run) => run.messagesPerSecond } : null;
}

/** null when the server kept up at every load measured. */
export function firstDegradation(study: Study, variant: string): Degradation | null {
  let best: CellFigures | null = null;
  for (const cell of cellsOf(study, variant)) {
    const signs = signsOf(cell, best);
    if (signs.length > 0) return { variant, cell, signs };
    if (isWhole(cell) && rateOf(cell) > (best === null ? 0 : rateOf(best))) best = cell;
  }
  return null;
}

/** A cell that was interrupted, or whose counts cannot be trusted, says nothing about its server. */
function signsOf(cell: CellFigures, best: CellFigures | null): Sign[] {
  const sure = (sentence: string): Sign[] => [{ sentence, isSure: true }];
  switch (cell.status) {
    case "interrupted":
    case "engine-lost":
      return [];
    case "cut-off":
      return sure("the cell was not over when its time was");
    case "failed":
      return sure("the cell failed");
    case "out-of-memory":
      return sure("it ran out of memory");
    case "limited":
      return sure(limitOf(cell));
    default:
      return isUnbalanced(cell.cell)
        ? []
        : [...offeredSign(cell), ...rateSign(cell, best), ...latencySign(cell)];
  }
}

function offeredSign(cell: CellFigures): Sign[] {
  const offer = offerOf(cell);
  const share = (run: RunFigures) => {
    const achieved = offer?.achieved(run) ?? null;
    return offer === null || achieved === null ? null : achieved / offer.offered;
  };
  const achieved = share(cell);
  if (achieved === null || achieved >= ACHIEVED_MIN) return [];
  const interval = intervalOf(cell, share);
  const sentence = `it achieved ${percent(100 * achieved)} of what was offered${range(interval, 100, "%")}`;
  return [{ sentence, isSure: interval !== null && interval.high < ACHIEVED_MIN }];
}

function rateSign(cell: CellFigures, best: CellFigures | null): Sign[] {
  if (best === null || cell.messagesPerSecond === null) return [];
  const kept = cell.messagesPerSecond / rateOf(best);
  if (kept >= RATE_KEPT_MIN) return [];
  const interval = ratioInterval(valuesOf(cell, rateOf), valuesOf(best, rateOf));
  const sentence = `its rate was ${percent(100 * kept)} of its best at a smaller load${range(interval, 100, "%")}`;
  return [{ sentence, isSure: interval !== null && interval.high < RATE_KEPT_MIN }];
}

function latencySign(cell: CellFigures): Sign[] {
  const isOpen = cell.latency.intended.p99 !== null;
  const p99Of = ({ latency }: RunFigures) => latency[isOpen ? "intended" : "response"].p99;
  const p99Ms = p99Of(cell);
  if (p99Ms === null || p99Ms <= P99_MAX_MS) return [];
  const interval = intervalOf(cell, p99Of);
  const what = isOpen ? "p99 response time from when a message was due" : "p99 response time";
  const sentence = `its ${what} was ${about(p99Ms)} ms${range(interval, 1, "ms")}`;
  return [{ sentence, isSure: interval !== null && interval.low > P99_MAX_MS }];
}

function range(interval: Interval | null, factor: number, unit: string): string {
  if (interval === null) return " (too few runs for an interval)";
  const [low, high] = [interval.low, interval.high].map((value) => about(factor * value));
  return ` (${CONFIDENCE_PERCENT} % interval ${low} to ${high} ${unit})`;
}

function rateOf({ messagesPerSecond }: RunFigures): number {
  return messagesPerSecond ?? 0;
}

function limitOf({ connections, established }: CellFigures): string {
  if (established === null || established >= connections) return "the cell was limited";
  return `it held ${integer(established)} of ${integer(connections)}`;
}
