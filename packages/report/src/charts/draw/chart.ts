import type { Axis as PlanAxis } from "@c10k-lab/protocol";
import { axisWords } from "@c10k-lab/words";

/** Fewer points of a line show no course. */
export const LINE_POINTS_MIN = 3;

/** A chart as plain data: what an SVG, the page and its tooltips are all drawn from. */
export interface Chart {
  /** Name of its file, without ending: `throughput`. */
  readonly name: string;
  readonly title: string;
  /** Sentences that explain marks; may be empty. */
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Values of y with a name, drawn across. */
  readonly levels?: readonly Level[];
}

/** A value that points gather at. */
export interface Level {
  readonly name: string;
  readonly y: number;
}

/** A chart among others: it knows all variants and servers, so that each looks the same in all charts. */
export interface GroupChart extends Chart {
  readonly variants: readonly string[];
  readonly servers: readonly string[];
}

/** A chart in a report, with its number there. */
export interface Figure extends GroupChart {
  readonly number: number;
}

export interface Axis {
  readonly label: string;
  /** Unit after a value, in tooltips. */
  readonly unit: string;
  readonly scale: "log" | "linear";
  readonly format: "number" | "percentile" | "bytes";
  /** Values with a label; null leaves them to the library. */
  readonly ticks: readonly number[] | null;
  /** Names at 0, 1, 2 and so on instead of numbers. */
  readonly names?: readonly string[];
  /** The axis need not begin at zero: distances from a line are read, not lengths. */
  readonly isOffset?: true;
}

/** Returns an axis of numbers whose labels the library chooses. */
export function numberAxis(label: string, unit: string, scale: Axis["scale"] = "linear"): Axis {
  return { label, unit, scale, format: "number", ticks: null };
}

/** Returns the axis of what a plan varies. @param ticks its values */
export function makeLoadAxis(axis: PlanAxis, ticks: readonly number[]): Axis {
  const { label, unit } = axisWords(axis);
  // A logarithm has no zero, and without idle connections is where everything is compared from.
  const scale = ticks.includes(0) ? "linear" : "log";
  return { label, unit: unit.trim(), scale, format: axis === "size" ? "bytes" : "number", ticks };
}

export interface Series {
  /** A variant, or `asked` for the line of what was asked for. */
  readonly name: string;
  /** The variant it is a part of, whose colour and shape it has; itself when not said. */
  readonly of?: string;
  /**
   * Points joined by a line, by a line with small marks, by one without any; tiny and not joined, or not joined; or one
   * point that a bar joins to a hollow one, with its name above.
   */
  readonly kind: "line" | "curve" | "trace" | "dots" | "marks" | "bracket";
  readonly points: readonly Point[];
  /** Cells that are not ok: hollow, and joined by no line. */
  readonly hollow: readonly Point[];
  /** Intervals of the points, drawn as bars; none where a cell has too few repetitions. */
  readonly ranges?: readonly Range[];
  /** Model of the points: a line without marks. */
  readonly curve?: readonly Point[];
  /** Meanings of the third value of a point, by its number, for the tooltip. Such dots are drawn larger. */
  readonly labels?: readonly string[];
}

export type Range = readonly [x: number, low: number, high: number];

export type Point = readonly [x: number, y: number, label?: number];
