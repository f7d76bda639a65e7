import { searchName } from "@c10k-lab/words";
import { type Experiment, slug } from "../model/experiment.ts";
import { type Group, isAblation } from "../model/group.ts";
import { drawByConnections } from "./data/by-connections.ts";
import { capacityCharts } from "./data/capacity.ts";
import { connectionScatters } from "./data/connection-scatter.ts";
import { listDrawings } from "./data/drawings.ts";
import { establishedChart } from "./data/established.ts";
import { latencyDistribution } from "./data/latency-distribution.ts";
import { scalabilityChart } from "./data/scalability.ts";
import { withinACell } from "./data/within-a-cell.ts";
import type { Chart, Figure, GroupChart } from "./draw/chart.ts";

/** Figures of a report by where they belong: a group, or the searches of an experiment. */
export type Figures = ReadonlyMap<Group | Experiment, readonly Figure[]>;

/**
 * Draws the charts of a report, each with a name and a number of its own.
 *
 * @param servers in the order of their colours
 */
export function drawFigures(experiments: readonly Experiment[], servers: readonly string[]): Figures {
  let number = 0;
  const drawn = experiments.flatMap((experiment) => {
    const prefix = experiments.length === 1 ? [] : [experiment.name];
    return drawExperiment(experiment, prefix, servers);
  });
  return new Map(
    drawn.map(([place, charts]) => [place, charts.map((one) => ({ ...one, number: ++number }))]),
  );
}

function drawExperiment(
  experiment: Experiment,
  prefix: readonly string[],
  servers: readonly string[],
): [Group | Experiment, GroupChart[]][] {
  const { capacity } = experiment.results;
  if (capacity === null) {
    return experiment.groups.map((group) => {
      const places = group.name === null ? prefix : [...prefix, group.name];
      return [group, drawGroup(group, servers).map((chart) => named(chart, places))];
    });
  }
  const variants = [...new Set(capacity.searches.map(searchName))];
  const charts = capacityCharts(capacity).map((chart) => named({ ...chart, variants, servers }, prefix));
  return [[experiment, charts]];
}

/** Draws all charts of a group that have something to show, in the order of the report. */
export function drawGroup(group: Group, servers: readonly string[]): GroupChart[] {
  const drawn = listDrawings(group).map((drawing) => drawByConnections(group, drawing));
  const charts = [...drawn, ...(isAblation(group) ? [] : drawLoad(group)), establishedChart(group)];
  return charts
    .filter((chart): chart is Chart => chart !== null && hasData(chart))
    .map((chart) => titled(chart, group, servers));
}

/** Draws one load: its messages, its connections, its time. */
function drawLoad(group: Group): (Chart | null)[] {
  switch (group.axis) {
    case "connections":
      return [
        scalabilityChart(group),
        latencyDistribution(group),
        ...connectionScatters(group),
        ...withinACell(group),
      ];
    case "backlog":
      return connectionScatters(group);
    case "idle":
    case "rate":
      return [latencyDistribution(group), ...withinACell(group)];
    default:
      return [];
  }
}

/** Returns whether a chart has data. The values asked for are none, and a chart of zeros shows nothing. */
function hasData(chart: Chart): boolean {
  return chart.series.some(
    (one) => one.name !== "asked" && [...one.points, ...one.hollow].some(([, y]) => y !== 0),
  );
}

/** Puts the name of its group before the title of a chart. */
function titled(chart: Chart, { name, variants }: Group, servers: readonly string[]): GroupChart {
  const title = name === null ? chart.title : `${name}: ${chart.title}`;
  return { ...chart, title, variants, servers };
}

function named(chart: GroupChart, places: readonly string[]): GroupChart {
  return { ...chart, name: [...places.map(slug), chart.name].join("-") };
}
