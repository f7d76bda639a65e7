import { integer, listed } from "@c10k-lab/words";
import { wallSentences } from "../../comparison/wall.ts";
import { cellsOf, type Study } from "../../model/study.ts";
import type { Chart, Point, Series } from "../draw/chart.ts";
import { hollowSentence, seriesOf, xAxisOf } from "./by-connections.ts";

/** Asked against got: a server's wall is where it leaves the dashed line. null when none is known to leave it. */
export function establishedChart(study: Study): Chart | null {
  if (study.cells.every(({ connections, established }) => established === connections)) return null;
  const asked: Series = {
    name: "asked",
    kind: "line",
    points: askedOf(study),
    hollow: [],
  };
  const got = seriesOf(study, { value: (cell) => cell.established });
  return {
    name: "established",
    heading: "Connections established",
    title: titleOf(study),
    caption: captionOf(study, got),
    x: xAxisOf(study),
    y: { label: "connections established", unit: "connections", scale: "log", format: "number", ticks: null },
    series: [asked, ...got],
  };
}

/** Of every place the most any variant was asked for there: they differ only where a plan says so. */
function askedOf({ cells }: Study): Point[] {
  const byPlace = Map.groupBy(cells, ({ x }) => x);
  return [...byPlace]
    .map(([x, there]): Point => [x, Math.max(...there.map(({ connections }) => connections))])
    .toSorted((a, b) => a[0] - b[0]);
}

function titleOf(study: Study): string {
  const short = study.variants.flatMap((variant) => {
    const first = cellsOf(study, variant).find(
      (cell) => (cell.established ?? cell.connections) < cell.connections,
    );
    return first === undefined ? [] : [first];
  });
  if (short.length === 0) {
    const known = study.cells.filter((cell) => cell.established !== null);
    const largest = known.reduce((most, cell) => Math.max(most, cell.connections), 0);
    const where = known.length === study.cells.length ? "" : ", where it is known";
    return `Every connection asked for was established, up to ${integer(largest)}${where}`;
  }
  const held = short.map(
    (cell) => `${cell.variant} held ${integer(cell.established)} of ${integer(cell.connections)}`,
  );
  return `${listed(held)} connections`;
}

function captionOf(study: Study, got: readonly Series[]): string {
  const reference = "The dashed line is what was asked for.";
  const without = study.cells.filter((cell) => cell.established === null).map((cell) => cell.name);
  const unknown = without.length === 0 ? "" : `Not known for ${listed(without)}.`;
  return [reference, ...wallSentences(study), hollowSentence(study, got), unknown]
    .filter((one) => one !== "")
    .join(" ");
}
