import { describePlace, integer, listed } from "@c10k-lab/words";
import type { CellFigures } from "../../model/cell-figures.ts";
import { cellsAt, type Group, isWhole, listAxisValues } from "../../model/group.ts";
import { RUNGS, rungMs, rungText } from "../../waits/ladder.ts";
import { canBeRetransmissions, isLaddered, waitsOf } from "../../waits/waits.ts";
import { type Chart, type Level, numberAxis, type Series } from "../draw/chart.ts";
import { chooseScale } from "./by-connections.ts";
import { type Drawn, selectConnections } from "./drawn-connections.ts";
import { largestLoadCells } from "./largest-load.ts";

/** Labels of connections on a rung, by rung. */
const RUNG_LABELS = Array.from({ length: RUNGS }, (_, rung) => `${rungText(rung)}, rung ${rung}`);

/**
 * Each connection a dot: who waits, and whether all wait alike. A chart for every place where connections waited for
 * retransmissions, otherwise one, at the largest load all held. None where no cell has rows.
 */
export function connectionScatters(group: Group): Chart[] {
  if (isLaddered(group)) {
    return placesToDraw(group)
      .map((x) => scatter(group, cellsAt(group, x), x))
      .filter(({ series }) => series.length > 0);
  }
  const cells = largestLoadCells(group, (cell) => selectConnections(group, cell).dots.length > 0);
  return cells.length === 0 ? [] : [scatter(group, cells, null)];
}

/** All of a load. Where something else is varied: the one where most wait, and the last. */
function placesToDraw(group: Group): number[] {
  const places = listAxisValues(group);
  if (group.axis === "connections") return places;
  const waiting = (x: number) =>
    cellsAt(group, x).reduce((sum, cell) => sum + waitsOf(group, cell.repetitions).onRung, 0);
  const worst = places.toSorted((a, b) => waiting(b) - waiting(a))[0];
  return places.filter((x) => x === worst || x === places.at(-1));
}

/** @param x the place, where there is a chart for each: they are looked at beside each other, so have one kind of axis */
function scatter(group: Group, cells: readonly CellFigures[], x: number | null): Chart {
  const drawn = cells.map((cell) => selectConnections(group, cell)).filter(({ dots }) => dots.length > 0);
  const series = drawn.flatMap(makeSeries);
  const title = "Response time of each connection";
  return {
    name: x === null ? "response-by-connection" : `response-by-connection-${x}`,
    title: x === null ? title : `${title}, ${describePlace(group.axis, x)}`,
    caption: [...outlineSentence(drawn), ...missingSentence(drawn)].join(" "),
    x: numberAxis("connection number", ""),
    y: numberAxis("mean response time, ms", "ms", x === null ? chooseScale(series) : "log"),
    series,
    levels: listLevels(drawn),
  };
}

/** Returns where the mean of a connection lies if one of its messages waited for a rung; none where that is not known. */
function listLevels(drawn: readonly Drawn[]): Level[] {
  const each = Math.max(...drawn.map(messagesEach), 0);
  if (!Number.isInteger(each) || each === 0) return [];
  const rungs = new Set(drawn.flatMap(({ labelled }) => labelled.map((point) => point[2] ?? 0)));
  return [...rungs]
    .toSorted((a, b) => a - b)
    .map((rung) => ({ name: rungText(rung), y: rungMs(rung) / each }));
}

/** Returns the messages of a connection; 0 where it is not known. */
function messagesEach({ cell }: Drawn): number {
  const { messages = null, active = 0 } = cell.middle.client?.asked ?? {};
  return messages === null || active === 0 ? 0 : messages / active;
}

function makeSeries({ cell: { variant }, dots, labelled }: Drawn): Series[] {
  const common = { of: variant, kind: "dots", hollow: [] } as const;
  const others = { ...common, name: variant, points: dots.filter((point) => point.length === 2) };
  if (labelled.length === 0) return [others];
  return [others, { ...common, name: `${variant}, on a rung`, points: labelled, labels: RUNG_LABELS }];
}

/** A wait is one of several messages, the mean is of all: so the marks lie lower than the rungs. */
function outlineSentence(drawn: readonly Drawn[]): string[] {
  const first = drawn.find(({ labelled }) => labelled.length > 0);
  if (first === undefined) return [];
  const each = messagesEach(first);
  const outlined = drawn.some(({ waits }) => canBeRetransmissions(waits))
    ? "Outlined: connections that waited for a retransmission (0.2, 0.4, 0.8 s and so on)."
    : "Outlined: connections that waited 0.2, 0.4, 0.8 s and so on; here the kernel did not send so many segments again, so these are no retransmissions.";
  if (!Number.isInteger(each) || each <= 1) return [outlined];
  return [outlined, `Dashed: the mean of ${each} messages, one of which waited that long.`];
}

function missingSentence(drawn: readonly Drawn[]): string[] {
  const missing = drawn
    .filter(({ waits }) => waits.unanswered > 0)
    .map(
      ({ cell, waits }) =>
        `${integer(waits.unanswered)} of ${cell.variant}${isWhole(cell) ? "" : ` (${cell.middle.status})`}`,
    );
  return missing.length === 0 ? [] : [`Not drawn: connections without a response, ${listed(missing)}.`];
}
