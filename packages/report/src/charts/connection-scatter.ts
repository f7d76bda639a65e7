import type { ConnectionRow } from "@c10k-lab/protocol";
import type { CellFigures } from "../cell-figures.ts";
import { SPREAD_RATIO } from "../limits.ts";
import { about } from "../numbers.ts";
import { placeOf } from "../place.ts";
import type { Study } from "../study.ts";
import type { Chart, Point } from "./chart.ts";
import { largestLoadCells } from "./largest-load.ts";

/** Each connection a dot: who waits, and whether all wait alike. null when no cell has rows. */
export function connectionScatter(study: Study): Chart | null {
  const rowsOf = (cell: CellFigures) => study.results.connections.get(cell.cell.id) ?? [];
  const cells = largestLoadCells(study, (cell) => pointsOf(rowsOf(cell)).length > 0);
  const first = cells[0];
  if (first === undefined) return null;
  const load = placeOf(study.axis, first.x);
  const spreads = cells.map((cell) => spreadOf(cell.variant, pointsOf(rowsOf(cell))));
  return {
    name: "response-by-connection",
    heading: "Response time of each connection",
    title: titleOf(spreads, load),
    caption: `At ${load} the mean response time of a connection in one run, fastest to slowest: ${spreads.map(rangeOf).join("; ")} ms.`,
    x: { label: "connection number", unit: "", scale: "linear", format: "number", ticks: null },
    y: { label: "mean response time, ms", unit: "ms", scale: "linear", format: "number", ticks: null },
    series: cells.map((cell) => ({
      name: cell.variant,
      kind: "dots",
      points: pointsOf(rowsOf(cell)),
      hollow: [],
    })),
  };
}

interface Spread {
  readonly variant: string;
  readonly fastestMs: number;
  readonly slowestMs: number;
}

/** Microseconds are enough for a dot, and keep the page small. */
function pointsOf(rows: readonly ConnectionRow[]): Point[] {
  return rows.flatMap((row) =>
    row.responseMsMean === null ? [] : [[row.connection, Math.round(row.responseMsMean * 1000) / 1000]],
  );
}

function spreadOf(variant: string, points: readonly Point[]): Spread {
  const ms = points.map((point) => point[1]);
  return {
    variant,
    fastestMs: ms.reduce((a, b) => Math.min(a, b)),
    slowestMs: ms.reduce((a, b) => Math.max(a, b)),
  };
}

function titleOf(spreads: readonly Spread[], load: string): string {
  const [widest, next] = spreads.toSorted((a, b) => widthOf(b) - widthOf(a));
  const at = `at ${load}`;
  if (widest === undefined || next === undefined || widthOf(widest) < SPREAD_RATIO * widthOf(next)) {
    return `Mean response time of each connection ${at}`;
  }
  return `${widest.variant}'s connections wait least alike ${at}`;
}

function widthOf({ fastestMs, slowestMs }: Spread): number {
  return fastestMs > 0 ? slowestMs / fastestMs : 0;
}

function rangeOf({ variant, fastestMs, slowestMs }: Spread): string {
  return `${variant} ${about(fastestMs)} to ${about(slowestMs)}`;
}
