import { about, percent } from "@c10k-lab/words";
import type { CellFigures } from "../../model/cell-figures.ts";
import { SPREAD_RATIO } from "../../model/limits.ts";
import { placeOf } from "../../model/place.ts";
import { isWhole, placesOf, type Study } from "../../model/study.ts";
import type { Axis, Chart, Point } from "../draw/chart.ts";
import { largestLoadCells } from "./largest-load.ts";
import { growthOf, type Look, stepOf, totalAt } from "./over-time.ts";

/** Something that adds up while a cell lasts: an average hides whether it grows evenly. */
interface Course {
  readonly name: string;
  readonly heading: string;
  /** When no variant stands out. */
  readonly title: string;
  /** As in "threaded's rate changes most". */
  readonly what: string;
  /** Where the time axis begins. */
  readonly from: string;
  readonly label: string;
  readonly unit: string;
  readonly looksOf: (cell: CellFigures) => readonly Look[];
  /** In shorter stretches there is more noise than course. */
  readonly finestMs: number;
  readonly format: (value: number) => string;
}

const RATE: Course = {
  name: "within-a-cell",
  heading: "Within a cell",
  title: "Messages per second over the time of a cell",
  what: "rate",
  from: "the first message was sent",
  label: "messages per second",
  unit: "messages/s",
  looksOf: messagesSinceFirst,
  // Twice what lies between two looks of a client.
  finestMs: 200,
  format: about,
};

const SERVER_CPU: Course = {
  name: "server-cpu-within-a-cell",
  heading: "Server CPU within a cell",
  title: "Server CPU over the time of a cell",
  what: "CPU share",
  from: "the exchange of messages began",
  label: "server CPU, % of one core",
  unit: "%",
  looksOf: busiestStretch,
  // The kernel counts CPU time in steps of 10 ms.
  finestMs: 200,
  format: percent,
};

/** Charts of one run over its time. Without looks, as in results of older clients, there are none. */
export function withinACell(study: Study): Chart[] {
  return [RATE, SERVER_CPU].flatMap((course) => {
    const cells = cellsToDraw(study, (cell) => course.looksOf(cell).length > 1);
    const stepMs = stepOf(cells.map(course.looksOf), course.finestMs);
    const curves = cells.map((cell) => ({ cell, points: growthOf(course.looksOf(cell), stepMs) }));
    const long = curves.filter(({ points }) => points.length > 0);
    return long.length === 0 ? [] : [chartOf(study, course, long)];
  });
}

/** Where no cell is whole, what hung is worth seeing most: at the largest of the places that show most variants. */
function cellsToDraw(study: Study, hasLooks: (cell: CellFigures) => boolean): CellFigures[] {
  const whole = largestLoadCells(study, hasLooks);
  if (whole.length > 0) return whole;
  const usable = study.cells.filter(hasLooks);
  const byPlace = placesOf(study)
    .reverse()
    .map((x) => usable.filter((cell) => cell.x === x))
    .toSorted((a, b) => b.length - a.length);
  return study.variants.flatMap((variant) => byPlace[0]?.find((cell) => cell.variant === variant) ?? []);
}

interface Curve {
  readonly cell: CellFigures;
  readonly points: readonly Point[];
}

function chartOf(study: Study, course: Course, curves: readonly Curve[]): Chart {
  const { name, heading, label, unit, from } = course;
  const at = placeOf(study.axis, curves[0]?.cell.x ?? 0);
  return {
    name,
    heading,
    title: titleOf(course, curves, at),
    caption: captionOf(course, curves, at),
    x: {
      label: `seconds since ${from}`,
      unit: `s since ${from}`,
      scale: "linear",
      format: "number",
      ticks: null,
    },
    y: { label, unit, scale: "linear", format: "number", ticks: null } satisfies Axis,
    series: curves.map(({ cell, points }) => ({ name: cell.variant, kind: "trace", points, hollow: [] })),
  };
}

function titleOf({ what, title }: Course, curves: readonly Curve[], at: string): string {
  const [widest, next] = curves.map(spreadOf).toSorted((a, b) => b.width - a.width);
  if (widest === undefined || next === undefined || !isWider(widest, next)) {
    return `${title}, at ${at}`;
  }
  return `${widest.variant}'s ${what} changes most within a cell at ${at}`;
}

function isWider(one: Spread, other: Spread): boolean {
  return Number.isFinite(other.width) && one.width >= SPREAD_RATIO * other.width;
}

function captionOf({ format, unit }: Course, curves: readonly Curve[], at: string): string {
  const middles = curves
    .map(spreadOf)
    .map(({ variant, low, high }) => `${variant} ${format(low)} to ${format(high)}`);
  const broken = curves.flatMap(({ cell }) =>
    isWhole(cell) ? [] : [`${cell.variant} (${cell.cell.status})`],
  );
  const notWhole = broken.length === 0 ? "" : ` Not whole: ${broken.join(", ")}.`;
  return `One run at ${at}. For eight tenths of the time: ${middles.join("; ")}${unit === "%" ? "" : ` ${unit}`}.${notWhole}`;
}

interface Spread {
  readonly variant: string;
  /** A tenth of the time it was lower, and a tenth higher than `high`. */
  readonly low: number;
  readonly high: number;
  readonly width: number;
}

function spreadOf({ cell: { variant }, points }: Curve): Spread {
  const sorted = points.map((point) => point[1]).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.1), at(0.9)];
  return { variant, low, high, width: low > 0 ? high / low : Number.POSITIVE_INFINITY };
}

/** From the first message sent to the last one back. */
function messagesSinceFirst({ cell: { client } }: CellFigures): Look[] {
  const { firstSentUs = null, lastDoneUs = null } = client?.achieved ?? {};
  if (client === null || firstSentUs === null || lastDoneUs === null || client.series.length === 0) return [];
  const between = client.series.filter(({ atUs }) => atUs > firstSentUs && atUs < lastDoneUs);
  return [
    { atMs: firstSentUs / 1000, total: 0 },
    ...between.map(({ atUs, messages }) => ({ atMs: atUs / 1000, total: messages })),
    { atMs: lastDoneUs / 1000, total: client.achieved.messages },
  ];
}

/**
 * The server's clock began with the server, the exchange some time later: it is taken to be the stretch of that length in
 * which the server used most CPU time.
 */
function busiestStretch({ cell }: CellFigures): Look[] {
  const spanMs = cell.client?.achieved.messagingMs ?? 0;
  // Milliseconds in a second are tenths of a per cent.
  const looks = cell.evidence.server.map(({ atMs, cpuMs }) => ({ atMs, total: cpuMs / 10 }));
  const lastMs = looks.at(-1)?.atMs ?? 0;
  const [busiest] = looks
    .filter(({ atMs }) => atMs + spanMs <= lastMs)
    .map(({ atMs, total }) => ({ atMs, grown: totalAt(looks, atMs + spanMs) - total }))
    .toSorted((a, b) => b.grown - a.grown);
  if (busiest === undefined) return [];
  const within = looks.filter(({ atMs }) => atMs >= busiest.atMs && atMs < busiest.atMs + spanMs);
  const endMs = busiest.atMs + spanMs;
  return [...within, { atMs: endMs, total: totalAt(looks, endMs) }];
}
