import { integer, listed } from "@c10k-lab/words";
import { listShortfalls } from "../../comparison/refusals.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import { cellsOf, type Group } from "../../model/group.ts";
import { describeShortfall } from "../../wording/scaling.ts";
import { type Chart, numberAxis, type Point, type Series } from "../draw/chart.ts";
import { hollowSentence, makeSeries, makeXAxis } from "./by-connections.ts";

/** Asked against got: a server's wall is where it leaves the dashed line. null when none is known to leave it. */
export function establishedChart(group: Group): Chart | null {
  if (group.cells.every(({ connections, established }) => established === connections)) return null;
  const asked: Series = { name: "asked", kind: "line", points: listAsked(group), hollow: [] };
  const got = makeSeries(group, { value: (cell) => cell.established });
  return {
    name: "established",
    heading: "Connections established",
    title: writeTitle(group),
    caption: writeCaption(group, got),
    x: makeXAxis(group),
    y: numberAxis("connections established", "connections", "log"),
    series: [asked, ...got],
  };
}

/** Returns the most connections that any variant was asked for, by axis value. */
function listAsked({ cells }: Group): Point[] {
  return [...Map.groupBy(cells, ({ axisValue: x }) => x)]
    .map(([x, there]): Point => [x, Math.max(...there.map(({ connections }) => connections))])
    .toSorted((a, b) => a[0] - b[0]);
}

function writeTitle(group: Group): string {
  const isShort = ({ established, connections }: CellFigures) => (established ?? connections) < connections;
  const short = group.variants.flatMap((variant) => cellsOf(group, variant).find(isShort) ?? []);
  if (short.length === 0) {
    const known = group.cells.filter((cell) => cell.established !== null);
    const largest = known.reduce((most, cell) => Math.max(most, cell.connections), 0);
    const where = known.length === group.cells.length ? "" : ", where it is known";
    return `Every connection asked for was established, up to ${integer(largest)}${where}`;
  }
  const held = short.map(
    (cell) => `${cell.variant} held ${integer(cell.established)} of ${integer(cell.connections)}`,
  );
  return `${listed(held)} connections`;
}

function writeCaption(group: Group, got: readonly Series[]): string {
  const unknown = group.cells.filter(({ established }) => established === null).map(({ name }) => name);
  return [
    "The dashed line is what was asked for.",
    ...listShortfalls(group).map(describeShortfall),
    ...hollowSentence(group, got),
    ...(unknown.length === 0 ? [] : [`Not known for ${listed(unknown)}.`]),
  ].join(" ");
}
