import type { ServerName } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { P99_MAX_MS, RATE_KEPT_MIN } from "./limits.ts";
import { about, integer, percent } from "./numbers.ts";
import { cellsOf, isUnbalanced, isWhole, type Study } from "./study.ts";

/** Where a server was first seen not to keep up, and by which sign. */
export interface Degradation {
  readonly server: ServerName;
  readonly cell: CellFigures;
  readonly signs: readonly string[];
}

export const SCALING_RULE =
  "Rule: a server has stopped scaling at the first load whose cell is limited or failed, whose rate is under " +
  `${integer(100 * RATE_KEPT_MIN)} % of its own best at a smaller load, or whose p99 response time is above ` +
  `${integer(P99_MAX_MS)} ms.`;

/** null when the server kept up at every load measured. */
export function firstDegradation(study: Study, server: ServerName): Degradation | null {
  let best = 0;
  for (const cell of cellsOf(study, server)) {
    const signs = signsOf(cell, best);
    if (signs.length > 0) return { server, cell, signs };
    if (isWhole(cell)) best = Math.max(best, cell.messagesPerSecond ?? 0);
  }
  return null;
}

/** A cell that was interrupted, or whose counts cannot be trusted, says nothing about its server. */
function signsOf(cell: CellFigures, bestRate: number): string[] {
  const { status } = cell.cell;
  if (status === "interrupted") return [];
  if (status === "failed") return ["the cell failed"];
  if (status === "limited") return [limitOf(cell)];
  if (isUnbalanced(cell.cell)) return [];
  const rate = cell.messagesPerSecond;
  const p99Ms = cell.latency.response.p99;
  const signs: string[] = [];
  if (rate !== null && rate < RATE_KEPT_MIN * bestRate) {
    signs.push(`its rate was ${percent((100 * rate) / bestRate)} of its best at a smaller load`);
  }
  if (p99Ms !== null && p99Ms > P99_MAX_MS) signs.push(`its p99 response time was ${about(p99Ms)} ms`);
  return signs;
}

function limitOf({ connections, established }: CellFigures): string {
  if (established === null || established >= connections) return "the cell was limited";
  return `it held ${integer(established)} of ${integer(connections)}`;
}
