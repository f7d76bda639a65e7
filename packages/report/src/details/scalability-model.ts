import { CONFIDENCE_PERCENT, type Interval, RESAMPLES } from "@c10k-lab/inference";
import { about, type Column, integer, listed, MISSING, percent, plural, scientific } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import type { Group } from "../model/group.ts";
import { USL_POINTS_MIN, USL_RESIDUAL_MAX } from "../model/limits.ts";
import { type Fitted, worstText } from "../scalability/fitted.ts";
import { fitModels, type ScalabilityModel } from "../scalability/model.ts";
import { type Peak, peakIn } from "../scalability/peak.ts";
import { blocks, bullets, tableOf, text } from "../text/markdown.ts";

/** Renders the Universal Scalability Law for each variant; empty where no variant has loads enough. */
export function scalabilityModel(group: Group): string {
  const models = fitModels(group);
  if (models.length === 0) return "";
  const rows = models.flatMap(({ fitted, ...model }) => (fitted === null ? [] : [{ ...model, fitted }]));
  const asks = models.some(({ cells }) => countLoads(cells) >= USL_POINTS_MIN);
  if (rows.length === 0 && !asks) return "";
  return blocks([
    "### Scalability model",
    LAW,
    ...(rows.length === 0 ? [] : [MEANING, tableOf(COLUMNS, rows)]),
    bullets(models.flatMap(sentenceOf)),
    rows.length === 0 ? "" : `*${text(RULE)}*`,
  ]);
}

const LAW =
  "The Universal Scalability Law says how the rate X may depend on the number N of connections that are all busy: " +
  "X(N) = γN / (1 + α(N − 1) + βN(N − 1)). It is fitted to the cells with a closed loop, one client and one server.";

const MEANING =
  "γ is the rate of one connection on the curve. α is contention: the share of the work that is done one after another, which makes " +
  "the curve flatten. β is coherency: what each pair of connections costs, which makes it fall. They describe the shape of " +
  "a curve that server, client and kernel make together; what in them is the cause they do not say.";

const RULE =
  `Rule: from ${USL_POINTS_MIN} loads on, with no coefficient below 0 and the smallest squares of the relative residuals. ` +
  `${CONFIDENCE_PERCENT} % bootstrap intervals from ${integer(RESAMPLES)} resamples of each load's repetitions, moved by how far the ` +
  "loads lie off the curve; from few loads they are rough. A curve that misses a rate by more than " +
  `${percent(100 * USL_RESIDUAL_MAX)} is a poor fit. A peak is named only where its whole interval lies within the loads ` +
  "measured and β is above 0.";

type FittedModel = ScalabilityModel & { readonly fitted: Fitted };

const COLUMNS: readonly Column<FittedModel>[] = [
  { head: "server", align: "left", cell: ({ variant }) => variant },
  { head: "points", cell: ({ cells }) => integer(cells.length) },
  { head: "γ messages/s", cell: ({ fitted }) => describeCoefficient(fitted, "gamma", about) },
  { head: "α contention", cell: ({ fitted }) => describeCoefficient(fitted, "alpha", scientific) },
  { head: "β coherency", cell: ({ fitted }) => describeCoefficient(fitted, "beta", scientific) },
  { head: "peak at connections", align: "left", cell: ({ fitted }) => peakCell(peakIn(fitted)) },
  { head: "largest residual", cell: ({ fitted }) => worstText(fitted) },
];

function describeCoefficient(
  { coefficients, intervals }: Fitted,
  name: "gamma" | "alpha" | "beta",
  format: (value: number) => string,
): string {
  return valueWith(coefficients[name], intervals?.[name], format);
}

function valueWith(value: number, interval: Interval | undefined, format: (value: number) => string): string {
  const range = interval === undefined ? MISSING : `${format(interval.low)} to ${format(interval.high)}`;
  return `${format(value)} (${range})`;
}

function peakCell(peak: Peak): string {
  switch (peak.claim) {
    case "peak":
      return valueWith(peak.connections, peak.interval, integer);
    case "poor-fit":
      return "none: poor fit";
    case "no-interval":
      return "none: too few repetitions";
    case "beta-may-be-0":
      return "none: β may be 0";
    case "outside":
      return peak.onlyInterval
        ? "not identifiable: may be outside the data"
        : "not identifiable: outside the data";
  }
}

function sentenceOf({ variant, cells, leftOut, fitted }: ScalabilityModel): string[] {
  const out = leftOut.map(({ cell, reason }) => `${cell.variant} at ${integer(cell.axisValue)} (${reason})`);
  return [
    ...(fitted === null ? [`${variant}: ${notFitted(cells)}`] : []),
    ...(out.length === 0 ? [] : [`Left out: ${listed(out)}.`]),
  ];
}

function notFitted(cells: readonly CellFigures[]): string {
  const points = countLoads(cells);
  if (points < USL_POINTS_MIN) return `not fitted: ${plural(points, "point")}, ${USL_POINTS_MIN} are needed.`;
  return "not fitted: the rates fall more steeply than the law can.";
}

function countLoads(cells: readonly CellFigures[]): number {
  return new Set(cells.map(({ connections }) => connections)).size;
}
