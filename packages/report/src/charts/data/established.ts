import { listed } from "@c10k-lab/words";
import { type Group, listAxisValues } from "../../model/group.ts";
import { type Chart, makeLoadAxis, numberAxis, type Point, type Series } from "../draw/chart.ts";
import { hollowSentence, makeSeries } from "./by-connections.ts";

/** Asked against got: a server's wall is where it leaves the dashed line. null when none is known to leave it. */
export function establishedChart(group: Group): Chart | null {
  if (group.cells.every(({ connections, established }) => established === connections)) return null;
  const asked: Series = { name: "asked", kind: "line", points: listAsked(group), hollow: [] };
  const got = makeSeries(group, { value: (cell) => cell.established });
  return {
    name: "established",
    title: "Connections established",
    caption: writeCaption(group, got),
    x: makeLoadAxis(group.axis, listAxisValues(group)),
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

function writeCaption(group: Group, got: readonly Series[]): string {
  const unknown = group.cells.filter(({ established }) => established === null).map(({ name }) => name);
  return [
    "The dashed line is what was asked for.",
    ...hollowSentence(group, got),
    ...(unknown.length === 0 ? [] : [`Not known for ${listed(unknown)}.`]),
  ].join(" ");
}
