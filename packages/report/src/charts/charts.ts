import type { Capacity } from "@c10k-lab/protocol";
import { nameOf } from "../findings/capacity-text.ts";
import { type Run, slug } from "../model/run.ts";
import { isAblation, type Study } from "../model/study.ts";
import { drawByConnections } from "./data/by-connections.ts";
import { capacityCharts } from "./data/capacity.ts";
import { connectionScatters } from "./data/connection-scatter.ts";
import { drawingsOf } from "./data/drawings.ts";
import { establishedChart } from "./data/established.ts";
import { latencyDistribution } from "./data/latency-distribution.ts";
import { scalabilityChart } from "./data/scalability.ts";
import { withinACell } from "./data/within-a-cell.ts";
import type { Chart, StudyChart } from "./draw/chart.ts";

/** The charts of one run by where they belong, each with a name no other chart of the report has. */
export interface RunCharts {
  readonly ofStudies: ReadonlyMap<Study, readonly StudyChart[]>;
  readonly ofCapacity: readonly StudyChart[];
}

/** @param isOnly whether the report has no other run */
export function chartsOfRun({ results, name, studies }: Run, isOnly: boolean): RunCharts {
  const ofRun = isOnly ? [] : [name];
  const isSearch = results.capacity !== null;
  return {
    ofStudies: new Map(
      isSearch
        ? []
        : studies.map((study) => [
            study,
            chartsOf(study).map((chart) => named(chart, [...ofRun, ...groupOf(study)])),
          ]),
    ),
    ofCapacity: results.capacity === null ? [] : chartsOfSearches(results.capacity, ofRun),
  };
}

function chartsOfSearches(capacity: Capacity, ofRun: readonly string[]): StudyChart[] {
  const variants = [...new Set(capacity.searches.map(nameOf))];
  return capacityCharts(capacity).map((chart) => named({ ...chart, variants }, ofRun));
}

/** All charts that have something to show, in the order of the report. */
export function chartsOf(study: Study): StudyChart[] {
  const drawn = drawingsOf(study).map((drawing) => drawByConnections(study, drawing));
  const charts = [...drawn, ...(isAblation(study) ? [] : lookingInside(study)), establishedChart(study)];
  return charts
    .filter((chart): chart is Chart => chart !== null && hasData(chart))
    .map((chart) => titled(chart, study));
}

/** Charts of one load, of its connections and of its time. */
function lookingInside(study: Study): (Chart | null)[] {
  switch (study.axis) {
    case "connections":
      return [
        scalabilityChart(study),
        latencyDistribution(study),
        ...connectionScatters(study),
        ...withinACell(study),
      ];
    case "backlog":
      return connectionScatters(study);
    case "idle":
    case "rate":
      return [latencyDistribution(study), ...withinACell(study)];
    default:
      return [];
  }
}

/** What was asked for is no data, and a chart of zeros shows nothing. */
function hasData(chart: Chart): boolean {
  return chart.series.some(
    (one) => one.name !== "asked" && [...one.points, ...one.hollow].some(([, y]) => y !== 0),
  );
}

function groupOf({ group }: Study): string[] {
  return group === null ? [] : [group];
}

/** A chart of a group says which. */
function titled(chart: Chart, { group, variants }: Study): StudyChart {
  const title = group === null ? chart.title : `${group}: ${chart.title.replace(/^(No|Mean) /, lowerCase)}`;
  return { ...chart, title, variants };
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

function named(chart: StudyChart, places: readonly string[]): StudyChart {
  return { ...chart, name: [...places.map(slug), chart.name].join("-") };
}
