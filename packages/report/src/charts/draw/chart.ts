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
}

/** Returns an axis of numbers whose labels the library chooses. */
export function numberAxis(label: string, unit: string, scale: Axis["scale"] = "linear"): Axis {
  return { label, unit, scale, format: "number", ticks: null };
}

export interface Series {
  /** A variant, or `asked` for the line of what was asked for. */
  readonly name: string;
  /** The variant it is a part of, whose colour and shape it has; itself when not said. */
  readonly of?: string;
  /** Points joined by a line, by a line with small marks, by one without any; tiny and not joined, or not joined. */
  readonly kind: "line" | "curve" | "trace" | "dots" | "marks";
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
