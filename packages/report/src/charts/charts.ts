import type { Study } from "../study.ts";
import { drawByConnections } from "./by-connections.ts";
import type { Chart, StudyChart } from "./chart.ts";
import { connectionScatters } from "./connection-scatter.ts";
import { AFTER_ESTABLISHED, BEFORE_ESTABLISHED } from "./drawings.ts";
import { establishedChart } from "./established.ts";
import { latencyDistribution } from "./latency-distribution.ts";
import { scalabilityChart } from "./scalability.ts";
import { withinACell } from "./within-a-cell.ts";

/** All charts that have something to show, in the order of the report. */
export function chartsOf(study: Study): StudyChart[] {
  const charts = [
    ...BEFORE_ESTABLISHED.map((drawing) => drawByConnections(study, drawing)),
    scalabilityChart(study),
    latencyDistribution(study),
    ...connectionScatters(study),
    establishedChart(study),
    ...withinACell(study),
    ...AFTER_ESTABLISHED.map((drawing) => drawByConnections(study, drawing)),
  ];
  return charts
    .filter((chart): chart is Chart => chart !== null && hasData(chart))
    .map((chart) => ({ ...chart, variants: study.variants }));
}

/** What was asked for is no data. */
function hasData(chart: Chart): boolean {
  return chart.series.some((one) => one.name !== "asked" && one.points.length + one.hollow.length > 0);
}
