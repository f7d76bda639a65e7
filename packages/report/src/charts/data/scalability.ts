import { rateAt } from "@c10k-lab/inference";
import { listed } from "@c10k-lab/words";
import { type Group, listAxisValues } from "../../model/group.ts";
import { RATE } from "../../model/quantities.ts";
import { type Fitted, worstText } from "../../scalability/fitted.ts";
import { fitModels, type ScalabilityModel } from "../../scalability/model.ts";
import { type Chart, makeLoadAxis, numberAxis, type Point, type Series } from "../draw/chart.ts";
import { chooseScale, hollowSentence, makeSeries } from "./by-connections.ts";

/** Enough for a curve to look like one, on a logarithmic axis. */
const CURVE_POINTS = 80;

/** The measured rates, and the law fitted to them. null where it could be fitted to none. */
export function scalabilityChart(group: Group): Chart | null {
  const models = fitModels(group);
  if (models.every(({ fitted }) => fitted === null)) return null;
  const series = makeSeries(group, RATE).flatMap((one) =>
    models.filter(({ variant }) => variant === one.name).map((model) => withCurve(one, model)),
  );
  return {
    name: "usl",
    title: "Rate and scalability model",
    caption: writeCaption(group, models, series),
    x: makeLoadAxis(group.axis, listAxisValues(group)),
    y: numberAxis("messages per second", "messages/s", chooseScale(series)),
    series,
  };
}

/** Returns a series with the curve of its model: full marks where the law is fitted to them, hollow ones of cells that did not end well. */
function withCurve(one: Series, { cells, fitted }: ScalabilityModel): Series {
  const loads = new Set(cells.map(({ connections }) => connections));
  return {
    ...one,
    kind: "marks",
    points: one.points.filter(([load]) => loads.has(load)),
    ranges: (one.ranges ?? []).filter(([load]) => loads.has(load)),
    curve: fitted === null ? [] : drawCurve(fitted),
  };
}

/** Draws the model between the smallest and the largest load measured, where alone it is known to hold. */
function drawCurve({ coefficients, smallest, largest }: Fitted): Point[] {
  return Array.from({ length: CURVE_POINTS + 1 }, (_, index): Point => {
    const load = smallest * (largest / smallest) ** (index / CURVE_POINTS);
    const within = Math.min(largest, Number(load.toPrecision(6)));
    return [within, Number(rateAt(coefficients, within).toPrecision(6))];
  });
}

function writeCaption(group: Group, models: readonly ScalabilityModel[], series: readonly Series[]): string {
  const residuals = models.flatMap(({ variant, fitted }) =>
    fitted === null ? [] : [`${variant} ${worstText(fitted)}`],
  );
  const unfitted = models.filter(({ fitted }) => fitted === null).map(({ variant }) => variant);
  return [
    "Marks are measured; curves are the Universal Scalability Law fitted to them, drawn over the loads it is fitted to and no further.",
    `Largest residuals: ${residuals.join(", ")}.`,
    ...(unfitted.length === 0 ? [] : [`Without a curve: ${listed(unfitted)}.`]),
    ...hollowSentence(group, series),
  ].join(" ");
}
