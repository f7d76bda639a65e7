import type { Capacity } from "@c10k-lab/protocol";
import { searchName } from "@c10k-lab/words";
import { type Experiment, slug } from "../model/experiment.ts";
import { type Group, isAblation } from "../model/group.ts";
import { drawByConnections } from "./data/by-connections.ts";
import { capacityCharts } from "./data/capacity.ts";
import { connectionScatters } from "./data/connection-scatter.ts";
import { drawingsOf } from "./data/drawings.ts";
import { establishedChart } from "./data/established.ts";
import { latencyDistribution } from "./data/latency-distribution.ts";
import { scalabilityChart } from "./data/scalability.ts";
import { withinACell } from "./data/within-a-cell.ts";
import type { Chart, GroupChart } from "./draw/chart.ts";

/** Charts of one experiment by where they belong, each with a name no other chart of the report has. */
export interface ExperimentCharts {
  readonly ofGroups: ReadonlyMap<Group, readonly GroupChart[]>;
  readonly ofCapacity: readonly GroupChart[];
}

/**
 * Draws the charts of one experiment.
 *
 * @param isOnly whether the report has no other experiment
 * @param servers of the whole report, in the order of their colours
 */
export function drawExperiment(
  { results, name, groups }: Experiment,
  isOnly: boolean,
  servers: readonly string[],
): ExperimentCharts {
  const prefix = isOnly ? [] : [name];
  if (results.capacity !== null) {
    return { ofGroups: new Map(), ofCapacity: drawSearches(results.capacity, prefix, servers) };
  }
  const drawGroup = (group: Group) => {
    const places = group.name === null ? prefix : [...prefix, group.name];
    return chartsOf(group, servers).map((chart) => named(chart, places));
  };
  return { ofGroups: new Map(groups.map((group) => [group, drawGroup(group)])), ofCapacity: [] };
}

function drawSearches(
  capacity: Capacity,
  prefix: readonly string[],
  servers: readonly string[],
): GroupChart[] {
  const variants = [...new Set(capacity.searches.map(searchName))];
  return capacityCharts(capacity).map((chart) => named({ ...chart, variants, servers }, prefix));
}

/** Draws all charts of a group that have something to show, in the order of the report. */
export function chartsOf(group: Group, servers: readonly string[]): GroupChart[] {
  const drawn = drawingsOf(group).map((drawing) => drawByConnections(group, drawing));
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

/** The values asked for are no data, and a chart of zeros shows nothing. */
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
