import { type Capacity, SEARCHED, type Search } from "@c10k-lab/protocol";
import { describeFixed, integer, listed, listTrials, plural, searchName } from "@c10k-lab/words";
import { type Chart, numberAxis, type Point, type Range, type Series } from "../draw/chart.ts";
import { chooseScale } from "./by-connections.ts";

const WORDS = {
  connections: { subject: "number of connections", label: "connections tried", unit: "connections tried" },
  rate: { subject: "rate", label: "messages per second tried", unit: "messages/s tried" },
} as const;

/** Fewer limits are read faster in the table. */
const LIMITS_MIN = 3;

const LIMITS = {
  connections: { title: "Connections held", label: "connections", unit: "connections" },
  rate: { title: "Rate carried", label: "messages per second", unit: "messages/s" },
} as const;

/** Draws the bracket of each search: the last load that was held, the first that was missed, and a bar between them. */
export function limitChart({ searches }: Capacity): Chart[] {
  const found = searches.filter(({ met }) => met !== null);
  const [first] = found;
  if (first === undefined || found.length < LIMITS_MIN) return [];
  const { title, label, unit } = LIMITS[first.searched];
  const names = found.map(searchName);
  const series = found.map(makeBracket);
  const bounded = found.filter(({ failed }) => failed === null).map(searchName);
  return [
    {
      name: `limits-${first.searched}`,
      title: `${title}, ${describeFixed(first)}`,
      caption: [
        "Full: the largest load that was held. Hollow: the smallest that was not; the limit lies on the bar between them.",
        ...(bounded.length === 0
          ? []
          : [`Without a hollow mark nothing was missed up to the end of the search: ${listed(bounded)}.`]),
      ].join(" "),
      x: { ...numberAxis("", ""), ticks: names.map((_, at) => at), names },
      y: numberAxis(label, unit, chooseScale(series)),
      series,
    },
  ];
}

function makeBracket(search: Search, at: number): Series {
  const { met, failed } = search;
  const held = met ?? 0;
  return {
    name: searchName(search),
    kind: "bracket",
    labels: [labelLimit(search)],
    points: [[at, held]],
    hollow: failed === null ? [] : [[at, failed]],
    ranges: failed === null ? [] : ([[at, held, failed]] satisfies Range[]),
  };
}

/** Returns "937 to 1,000", or "≥ 19,500". */
function labelLimit({ met, failed }: Search): string {
  return failed === null ? `≥ ${integer(met)}` : `${integer(met)} to ${integer(failed)}`;
}

/** p99 over every value that was tried, a chart for each direction of the search. */
export function capacityCharts({ searches, objective }: Capacity): Chart[] {
  return SEARCHED.flatMap((searched) => {
    const of = searches.filter((one) => one.searched === searched);
    const series = of.map(makeSeries);
    const xs = series.flatMap((one) => [...one.points, ...one.hollow]).map(([x]) => x);
    if (xs.length === 0) return [];
    const { subject, label, unit } = WORDS[searched];
    const ends = [Math.min(...xs), Math.max(...xs)] as const;
    const limit = ends.map((x): Point => [x, objective.p99Ms]);
    return [
      {
        name: `searched-${searched}`,
        title: `Search for the largest ${subject}`,
        caption: writeCaption(of, objective.p99Ms),
        x: { ...numberAxis(label, unit, "log"), ticks: ticksBetween(...ends) },
        y: numberAxis("p99 response time from when a message was due, ms", "ms", "log"),
        series: [{ name: "asked", kind: "line", points: limit, hollow: [] }, ...series],
      },
    ];
  });
}

/** Returns trials that met the objective as full marks, the others hollow; an infinite p99 cannot be drawn. */
function makeSeries(search: Search): Series {
  const listPoints = (wanted: boolean) =>
    search.tries
      .flatMap(({ value, trials }) => trials.map(({ met, p99Ms }) => ({ met, value, p99Ms })))
      .flatMap(({ met, value, p99Ms }): Point[] =>
        met === wanted && typeof p99Ms === "number" ? [[value, p99Ms]] : [],
      )
      .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  return { name: searchName(search), kind: "marks", points: listPoints(true), hollow: listPoints(false) };
}

function writeCaption(searches: readonly Search[], p99Ms: number): string {
  const unseen = searches.flatMap(listTrials).filter((trial) => typeof trial.p99Ms !== "number").length;
  const missing = unseen === 0 ? "" : ` ${plural(unseen, "trial")} without a finite p99 are not drawn.`;
  return `Each mark is a trial: full where it met the objective (dashed: p99 of ${integer(p99Ms)} ms), hollow where it did not.${missing}`;
}

/** Returns 1, 2, 5, 10, 20, … as far as the values go. */
function ticksBetween(low: number, high: number): number[] {
  const decades = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);
  const inside = decades
    .flatMap((ten) => [ten, 2 * ten, 5 * ten])
    .filter((tick) => tick >= low && tick <= high);
  return [...new Set([low, ...inside, high])];
}
