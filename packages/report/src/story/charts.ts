import type { FindingQuantity, Level } from "@c10k-lab/protocol";
import { axisWords, FINDING_QUANTITIES } from "@c10k-lab/words";
import { chooseScale } from "../charts/data/by-connections.ts";
import { connectionScatters } from "../charts/data/connection-scatter.ts";
import {
  type Chart,
  type GroupChart,
  makeLoadAxis,
  numberAxis,
  type Range,
  type Series,
} from "../charts/draw/chart.ts";
import { type Experiment, slug } from "../model/experiment.ts";
import type { Group } from "../model/group.ts";
import { isLaddered } from "../waits/waits.ts";

/** Ratio of an interval's end to its value up to which it is drawn: a longer bar would squeeze all the others. */
const DRAWN_MAX = 3;
/** Fewer points of a line show no course. */
const POINTS_MIN = 3;

/** Returns the charts of a group, that of its claim first; none where fewer than three points can be compared. */
export function drawStory(
  experiment: Experiment,
  group: Group,
  first: FindingQuantity | null,
  servers: readonly string[],
): GroupChart[] {
  const levels = experiment.results.findings?.levels.filter((level) => level.group === group.name) ?? [];
  const quantities = [...new Set(levels.map(({ quantity }) => quantity))];
  const ordered = quantities.toSorted((a, b) => Number(b === first) - Number(a === first));
  const charts = [
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
  if (series.every(({ points }) => points.length < POINTS_MIN)) return [];
  const { label, noun, unit } = FINDING_QUANTITIES[quantity];
  const bounded = levels.some(({ isLowerBound }) => isLowerBound);
  const hasRanges = series.some(({ ranges = [] }) => ranges.length > 0);
  const ticks = [...new Set(levels.map(({ axisValue }) => axisValue))].toSorted((a, b) => a - b);
  return [
    {
      name: quantity,
      title: `${noun}, by ${axisWords(group.axis).label}`,
      caption: [
        ...(hasRanges ? ["Bars are 99 % intervals."] : []),
        ...(bounded
          ? [
              "Where the server's core was not used up the client was the limit: such a rate is a lower bound.",
            ]
          : []),
      ].join(" "),
      x: makeLoadAxis(group.axis, ticks),
      y: numberAxis(label, unit, chooseScale(series)),
      series,
    },
  ];
}

function makeSeries(variant: string, all: readonly Level[]): Series[] {
  const levels = all.filter((level) => level.variant === variant);
  if (levels.length === 0) return [];
  const ranges = levels.flatMap(({ axisValue, value, low, high }): Range[] =>
    low === null || high === null || high > DRAWN_MAX * value ? [] : [[axisValue, low, high]],
  );
  const points = levels.map(({ axisValue, value }) => [axisValue, value] as const);
  return [{ name: variant, kind: "line", points, hollow: [], ranges }];
}
