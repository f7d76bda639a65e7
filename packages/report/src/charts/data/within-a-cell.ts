import { describePlace, listed } from "@c10k-lab/words";
import type { CellFigures } from "../../model/cell-figures.ts";
import { selectOpening } from "../../model/connection-cost.ts";
import { cellsAt, type Group, isWhole, listAxisValues } from "../../model/group.ts";
import { type Chart, numberAxis, type Point } from "../draw/chart.ts";
import { unknownSentence } from "./by-connections.ts";
import { largestLoadCells } from "./largest-load.ts";
import { chooseStep, computeGrowth, type Look, totalAt } from "./over-time.ts";

/** Something that adds up while a cell lasts: an average hides whether it grows evenly. */
interface Course {
  readonly name: string;
  readonly title: string;
  /** Beginning of the time axis. */
  readonly from: string;
  readonly label: string;
  readonly unit: string;
  readonly looksOf: (cell: CellFigures) => readonly Look[];
  /** Shortest step of the curve: shorter ones show noise. */
  readonly finestMs: number;
}

const RATE: Course = {
  name: "within-a-cell",
  title: "Messages per second over the time of a cell",
  from: "the first message was sent",
  label: "messages per second",
  unit: "messages/s",
  looksOf: messagesSinceFirst,
  // Twice what lies between two looks of a client.
  finestMs: 200,
};

const SERVER_CPU: Course = {
  name: "server-cpu-within-a-cell",
  title: "Server CPU over the time of a cell",
  from: "the exchange of messages began",
  label: "server CPU, % of one core",
  unit: "%",
  looksOf: busiestStretch,
  // The kernel counts CPU time in steps of 10 ms.
  finestMs: 200,
};

const OPENING: Course = {
  name: "opening-within-a-cell",
  title: "Connections opened per second over the time of a cell",
  from: "the first connection",
  label: "connections opened per second",
  unit: "connections/s",
  looksOf: connectionsOpened,
  finestMs: 200,
};

/** Draws one repetition over its time; nothing without samples, as in results of older clients. */
export function withinACell(group: Group): Chart[] {
  return [...drawCourses(group, [RATE, SERVER_CPU]), ...drawOpening(group)];
}

/** Draws how fast the connections of one repetition were opened; nothing where one client opened them by itself. */
export function drawOpening(group: Group): Chart[] {
  return drawCourses(group, [OPENING]);
}

function drawCourses(group: Group, courses: readonly Course[]): Chart[] {
  return courses.flatMap((course) => {
    const cells = cellsToDraw(group, (cell) => course.looksOf(cell).length > 1);
    const stepMs = chooseStep(cells.map(course.looksOf), course.finestMs);
    const curves = cells.map((cell) => ({ cell, points: computeGrowth(course.looksOf(cell), stepMs) }));
    const long = curves.filter(({ points }) => points.length > 0);
    const short = curves.filter(({ points }) => points.length === 0);
    return long.length === 0 ? [] : [drawCourse(group, course, long, short)];
  });
}

/** Returns whole cells, or else those that hung: at the largest axis value that shows most variants. */
function cellsToDraw(group: Group, hasLooks: (cell: CellFigures) => boolean): CellFigures[] {
  const whole = largestLoadCells(group, hasLooks);
  if (whole.length > 0) return whole;
  const cells = group.cells.filter(hasLooks);
  const [most] = listAxisValues({ cells })
    .reverse()
    .map((x) => cellsAt({ ...group, cells }, x))
    .toSorted((a, b) => b.length - a.length);
  return most ?? [];
}

interface Curve {
  readonly cell: CellFigures;
  readonly points: readonly Point[];
}

/** @param short curves with too few points to be drawn */
function drawCourse(group: Group, course: Course, curves: readonly Curve[], short: readonly Curve[]): Chart {
  const { name, title, label, unit, from } = course;
  const at = describePlace(group.axis, curves[0]?.cell.axisValue ?? 0);
  return {
    name,
    title,
    caption: [writeCaption(curves, at), ...missingSentences(group, curves, short)].join(" "),
    x: numberAxis(`seconds since ${from}`, `s since ${from}`),
    y: numberAxis(label, unit),
    series: curves.map(({ cell, points }) => ({ name: cell.variant, kind: "trace", points, hollow: [] })),
  };
}

function writeCaption(curves: readonly Curve[], at: string): string {
  const broken = curves.filter(({ cell }) => !isWhole(cell));
  const names = broken.map(({ cell }) => `${cell.variant} (${cell.middle.status})`).join(", ");
  return `One repetition at ${at}.${names && ` Not whole: ${names}.`}`;
}

function missingSentences(group: Group, curves: readonly Curve[], short: readonly Curve[]): string[] {
  const tooShort = short.map(({ cell: { variant, middle } }) => {
    const seconds = (middle.client?.achieved.messagingMs ?? 0) / 1000;
    return `${variant} (${seconds.toFixed(2)} s)`;
  });
  const seen = [...curves, ...short].map(({ cell }) => cell.variant);
  return [
    ...(tooShort.length === 0 ? [] : [`Over too soon to be drawn: ${listed(tooShort)}.`]),
    ...unknownSentence(
      group,
      group.variants.filter((name) => !seen.includes(name)),
    ),
  ];
}

/** Returns the messages from the first one sent to the last one back. */
function messagesSinceFirst({ middle: { client } }: CellFigures): Look[] {
  const { firstSentUs = null, lastDoneUs = null } = client?.achieved ?? {};
  if (client === null || firstSentUs === null || lastDoneUs === null || client.series.length === 0) return [];
  const between = client.series.filter(({ atUs }) => atUs > firstSentUs && atUs < lastDoneUs);
  return [
    { atMs: firstSentUs / 1000, total: 0 },
    ...between.map(({ atUs, messages }) => ({ atMs: atUs / 1000, total: messages })),
    { atMs: lastDoneUs / 1000, total: client.achieved.messages },
  ];
}

/** Returns the connections that were open, until all were; nothing where one client opened them by itself. */
function connectionsOpened({ middle: { client, evidence } }: CellFigures): Look[] {
  if (!evidence.held) return [];
  return selectOpening(client?.series ?? []).map(({ atUs, open }) => ({ atMs: atUs / 1000, total: open }));
}

/**
 * The server's clock began with the server, the exchange some time later: it is taken to be the stretch of that length in
 * which the server used most CPU time.
 */
function busiestStretch({ middle }: CellFigures): Look[] {
  const spanMs = middle.client?.achieved.messagingMs ?? 0;
  // Milliseconds in a second are tenths of a per cent.
  const looks = middle.evidence.server.map(({ atMs, cpuMs }) => ({ atMs, total: cpuMs / 10 }));
  const lastMs = looks.at(-1)?.atMs ?? 0;
  const [busiest] = looks
    .filter(({ atMs }) => atMs + spanMs <= lastMs)
    .map(({ atMs, total }) => ({ atMs, grown: totalAt(looks, atMs + spanMs) - total }))
    .toSorted((a, b) => b.grown - a.grown);
  if (busiest === undefined) return [];
  const within = looks.filter(({ atMs }) => atMs >= busiest.atMs && atMs < busiest.atMs + spanMs);
  const endMs = busiest.atMs + spanMs;
  return [...within, { atMs: endMs, total: totalAt(looks, endMs) }];
}
