import { REPETITIONS_MIN } from "@c10k-lab/inference";
import type { FindingQuantity, Level } from "@c10k-lab/protocol";
import { axisWords, describePlace, FINDING_QUANTITIES } from "@c10k-lab/words";
import { chooseScale } from "../charts/data/by-connections.ts";
import { connectionScatters } from "../charts/data/connection-scatter.ts";
import {
  type Chart,
  type GroupChart,
  LINE_POINTS_MIN,
  makeLoadAxis,
  numberAxis,
  type Range,
  type Series,
} from "../charts/draw/chart.ts";
import { type Experiment, slug } from "../model/experiment.ts";
import { type Group, levelsOf } from "../model/group.ts";
import { isLaddered } from "../waits/waits.ts";
import { isHoldOnly } from "./answer-rows.ts";
import { drawCosts } from "./connection-costs.ts";

/** Ratio of an interval's end to its value up to which it is drawn: a longer bar would squeeze all the others. */
const DRAWN_MAX = 3;

/** Returns the charts of a group, that of its claim first; none where fewer than three points can be compared. */
export function drawStory(
  experiment: Experiment,
  group: Group,
  first: FindingQuantity | null,
  servers: readonly string[],
): GroupChart[] {
  const levels = levelsOf(group);
  const quantities = [...new Set(levels.map(({ quantity }) => quantity))];
  const ordered = quantities.toSorted((a, b) => Number(b === first) - Number(a === first));
  const charts = [
    ...drawCosts(group),
    ...(isCold(group) && isLaddered(group) ? connectionScatters(group).slice(-1) : []),
    ...ordered.flatMap((quantity) =>
      drawLevels(
        group,
        quantity,
        levels.filter((level) => level.quantity === quantity),
      ),
    ),
  ];
  const places = [experiment.name, ...(group.name === null ? [] : [group.name])].map(slug);
  return charts.map((chart) => ({
    ...chart,
    name: ["report", ...places, chart.name].join("-"),
    title: group.name === null ? chart.title : `${group.name}: ${chart.title}`,
    variants: group.variants,
    servers,
  }));
}

/** The group measures its cells from the first connect on. Slices leave out the waits of connecting. */
function isCold({ name, experiment }: Group): boolean {
  return experiment.repetitions.every(({ group, slices }) => group !== name || slices.length === 0);
}

function drawLevels(group: Group, quantity: FindingQuantity, levels: readonly Level[]): Chart[] {
  const series = group.variants.flatMap((variant) => makeSeries(variant, levels));
  if (series.every(({ points }) => points.length < LINE_POINTS_MIN))
    return drawHighest(group, quantity, levels);
  const { label, noun, unit } = FINDING_QUANTITIES[quantity];
  const ticks = [...new Set(levels.map(({ axisValue }) => axisValue))].toSorted((a, b) => a - b);
  return [
    {
      name: quantity,
      title: `${noun}, by ${axisWords(group.axis).label}`,
      caption: describeMarks(group, levels),
      x: makeLoadAxis(group.axis, ticks),
      y: numberAxis(label, unit, chooseScale(series)),
      series,
    },
  ];
}

/** Draws the servers beside each other at the highest load, the lowest value first, where a line would be too short. */
function drawHighest(group: Group, quantity: FindingQuantity, all: readonly Level[]): Chart[] {
  const highest = Math.max(...all.map(({ axisValue }) => axisValue));
  const levels = all.filter(({ axisValue }) => axisValue === highest).toSorted((a, b) => a.value - b.value);
  if (levels.length < LINE_POINTS_MIN || isHoldOnly(group, group.experiment.findings?.findings ?? []))
    return [];
  const { label, noun, unit } = FINDING_QUANTITIES[quantity];
  const names = levels.map(({ variant }) => variant);
  const series = levels.map(
    (level, at): Series => ({
      name: level.variant,
      kind: "marks",
      points: [[at, level.value]],
      hollow: [],
      ranges: rangeOf(level, at),
    }),
  );
  return [
    {
      name: `${quantity}-by-server`,
      title: `${noun} at ${describePlace(group.axis, highest)}`,
      caption: describeMarks(group, levels),
      x: { ...numberAxis("", ""), ticks: names.map((_, at) => at), names },
      y: numberAxis(label, unit, chooseScale(series)),
      series,
    },
  ];
}

const SLICED_BARS =
  "Bars are 99 % intervals of each value. Servers are compared side by side, so that a difference may be shown where bars overlap.";

/** Explains bars and lower bounds. */
function describeMarks(group: Group, levels: readonly Level[]): string {
  const isSliced = !isCold(group);
  const hasRanges = levels.some((level) => rangeOf(level, 0).length > 0);
  const hasIntervals = levels.some(({ low }) => low !== null);
  const bounded = levels.some(({ isLowerBound }) => isLowerBound);
  return [
    ...(hasRanges ? [isSliced ? SLICED_BARS : "Bars are 99 % intervals."] : []),
    ...(hasIntervals ? [] : [`No intervals: they take ${REPETITIONS_MIN} repetitions or more.`]),
    ...(bounded
      ? ["Where the server's core was not used up the client was the limit: such a rate is a lower bound."]
      : []),
  ].join(" ");
}

/** Returns the interval of a level to be drawn at a place; none where it is not known or too long. */
function rangeOf({ value, low, high }: Level, x: number): Range[] {
  return low === null || high === null || high > DRAWN_MAX * value ? [] : [[x, low, high]];
}

function makeSeries(variant: string, all: readonly Level[]): Series[] {
  const levels = all.filter((level) => level.variant === variant);
  if (levels.length === 0) return [];
  const ranges = levels.flatMap((level) => rangeOf(level, level.axisValue));
  const points = levels.map(({ axisValue, value }) => [axisValue, value] as const);
  return [{ name: variant, kind: "line", points, hollow: [], ranges }];
}
