import { type CellFigures, intervalOf, isUnbalanced, valuesOf } from "./cell-figures.ts";
import { CONFIDENCE_PERCENT, type Interval, ratioInterval } from "./interval.ts";
import { P99_MAX_MS, RATE_KEPT_MIN } from "./limits.ts";
import { about, integer, percent } from "./numbers.ts";
import type { RunFigures } from "./run-figures.ts";
import { cellsOf, isWhole, type Study } from "./study.ts";

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

export const SCALING_RULE =
  "Rule: a server has stopped scaling at the first load whose cell is limited or failed, whose rate is under " +
  `${integer(100 * RATE_KEPT_MIN)} % of its own best at a smaller load, or whose p99 response time is above ` +
  `${integer(P99_MAX_MS)} ms.`;

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
      return isUnbalanced(cell.cell) ? [] : [...rateSign(cell, best), ...latencySign(cell)];
  }
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
  const p99Ms = cell.latency.response.p99;
  if (p99Ms === null || p99Ms <= P99_MAX_MS) return [];
  const interval = intervalOf(cell, ({ latency }) => latency.response.p99);
  const sentence = `its p99 response time was ${about(p99Ms)} ms${range(interval, 1, "ms")}`;
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
