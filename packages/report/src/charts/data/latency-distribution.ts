import { describePlace } from "@c10k-lab/words";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import type { CellFigures } from "../../model/cell-figures.ts";
import type { Group } from "../../model/group.ts";
import { type Chart, numberAxis, type Point } from "../draw/chart.ts";
import { largestLoadCells } from "./largest-load.ts";

/** Ten points from each nine to the next. */
const POINTS_PER_NINE = 10;

/** Draws all messages from the fastest to the slowest, the slow ones large; null when no cell has a histogram. */
export function latencyDistribution(group: Group): Chart | null {
  const curves = new Map(group.cells.map((cell) => [cell, readCurve(cell)]));
  const cells = largestLoadCells(group, (cell) => (curves.get(cell) ?? []).length > 1);
  const first = cells[0];
  if (first === undefined) return null;
  const furthest = Math.max(...cells.map((cell) => curves.get(cell)?.at(-1)?.[0] ?? 1));
  return {
    name: "latency-distribution",
    title: "Response time, distribution",
    caption: `All messages of one repetition at ${describePlace(group.axis, first.axisValue)}. Each step to the right holds a tenth of the messages before it; the slowest message is the last point.`,
    x: {
      ...numberAxis("share of messages answered within", "", "log"),
      format: "percentile",
      ticks: ticksTo(furthest),
    },
    y: numberAxis("response time, ms", "ms", "log"),
    series: cells.map((cell) => {
      return { name: cell.variant, kind: "curve", points: curves.get(cell) ?? [], hollow: [] };
    }),
  };
}

/** Reads the curve of a histogram; x is 1 / (1 - share), so that each nine takes the same room. */
function readCurve({ middle }: CellFigures): Point[] {
  const histogram = decoded(middle.client?.histograms.response ?? "");
  if (histogram === null || histogram.totalCount === 0) return [];
  const points: Point[] = [];
  for (let step = 0; 10 ** (step / POINTS_PER_NINE) < histogram.totalCount; step++) {
    const x = 10 ** (step / POINTS_PER_NINE);
    points.push([Number(x.toPrecision(6)), histogram.getValueAtPercentile(100 * (1 - 1 / x)) / 1000]);
  }
  points.push([histogram.totalCount, histogram.maxValue / 1000]);
  return points;
}

/** Decodes a histogram; one that cannot be read costs its curve, not the report. */
function decoded(base64: string) {
  if (base64 === "") return null;
  try {
    return decodeFromCompressedBase64(base64);
  } catch {
    return null;
  }
}

/** Returns 0 %, 50 %, 90 %, 99 % and so on. */
function ticksTo(furthest: number): number[] {
  const nines = Array.from({ length: Math.floor(Math.log10(furthest)) }, (_, index) => 10 ** (index + 1));
  return [1, 2, ...nines];
}
