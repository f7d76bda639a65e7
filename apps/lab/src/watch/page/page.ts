import type { LiveChart, LivePoint, LiveView } from "../live-view.ts";

/** Script of the page that `--watch` serves: draws each view of the experiment as it comes. */

const WIDTH = 480;
const HEIGHT = 280;
const LABEL_HEIGHT = 15;
const ROOM = { left: 44, right: 96, top: 16, bottom: 40 };
/** Colours in the style sheet, which has them for light and dark. */
const COLOURS = 6;
const CHARACTER_WIDTH = 8;
/** Characters of a name in a chart: a longer one would make all letters small. */
const NAME_MAX = 20;

const events = new EventSource("/events");
events.onmessage = ({ data }) => show(JSON.parse(data) as LiveView);
events.onerror = () => setText("now", "The lab has ended, or cannot be reached.");

function show(view: LiveView): void {
  if (view.isFinished) {
    events.close();
    location.replace("/report.html");
    return;
  }
  document.title = `${view.plan}: ${view.now}`;
  setText("question", view.question);
  setText("now", view.now);
  byId("charts").innerHTML = view.charts.map(drawChart).join("");
  byId("settled").hidden = view.answers.length === 0;
  byId("answers").replaceChildren(
    ...view.answers.map((answer) => Object.assign(document.createElement("li"), { textContent: answer })),
  );
}

function drawChart(chart: LiveChart): string {
  const points = chart.series.flatMap((series) => series.points);
  const xs = [...new Set(points.map((point) => point.axisValue))].sort((a, b) => a - b);
  const most = Math.max(...points.map((point) => point.high ?? point.value)) * 1.05;
  const x = (value: number) =>
    ROOM.left + ((xs.indexOf(value) + 0.5) / xs.length) * (WIDTH - ROOM.left - ROOM.right);
  const y = (value: number) => HEIGHT - ROOM.bottom - (value / most) * (HEIGHT - ROOM.top - ROOM.bottom);
  const longest = Math.max(...chart.series.map(({ variant }) => shorten(variant).length));
  const width = Math.max(WIDTH, WIDTH - ROOM.right + CHARACTER_WIDTH * longest);
  const title = `${chart.group === null ? "" : `${chart.group}: `}CPU time per message, µs`;
  const labels = spread(chart.series.map(({ points: own }) => y(own.at(-1)?.value ?? 0)));
  const lines = chart.series.map(({ variant, place, points: own }, index) =>
    drawSeries(variant, own, `var(--server-${place % COLOURS})`, { x, y }, labels[index] ?? 0),
  );
  return `<figure style="margin:0"><h2>${encode(title)}</h2><svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${encode(describe(chart))}">
${drawAxes(xs, chart.axis, most, { x, y })}${lines.join("")}</svg></figure>`;
}

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function drawAxes(xs: readonly number[], axis: string, most: number, { x, y }: Scales): string {
  const ground = `<line class="axis" x1="${ROOM.left}" x2="${WIDTH - ROOM.right}" y1="${y(0)}" y2="${y(0)}"/>`;
  const ticks = [0, most / 2, most].map(
    (value) =>
      `<text class="axis-text" x="${ROOM.left - 6}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(0)}</text>`,
  );
  const labels = xs.map(
    (value) =>
      `<text class="axis-text" x="${x(value)}" y="${HEIGHT - ROOM.bottom + 18}" text-anchor="middle">${value.toLocaleString("en-US")}</text>`,
  );
  const name = `<text class="axis-text" x="${(WIDTH - ROOM.right + ROOM.left) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${encode(axis)}</text>`;
  return ground + ticks.join("") + labels.join("") + name;
}

/** Moves labels apart that would stand on each other, from the lowest up. Returns them in the same order. */
function spread(wanted: readonly number[]): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => (wanted[b] ?? 0) - (wanted[a] ?? 0));
  const placed = [...wanted];
  let floor = HEIGHT - ROOM.bottom;
  for (const at of order) {
    placed[at] = Math.min(wanted[at] ?? 0, floor);
    floor = (placed[at] ?? 0) - LABEL_HEIGHT;
  }
  return placed;
}

function drawSeries(
  variant: string,
  points: readonly LivePoint[],
  colour: string,
  { x, y }: Scales,
  label: number,
): string {
  const path = points.map(({ axisValue, value }) => `${x(axisValue)},${y(value)}`).join(" ");
  const marks = points.map(({ axisValue, value, low, high }) => {
    const interval =
      low === null || high === null
        ? ""
        : `<line style="stroke: ${colour}" stroke-width="2" x1="${x(axisValue)}" x2="${x(axisValue)}" y1="${y(low)}" y2="${y(high)}"/>`;
    return `${interval}<circle style="fill: ${colour}" cx="${x(axisValue)}" cy="${y(value)}" r="4"/>`;
  });
  const last = points.at(-1);
  const name =
    last === undefined
      ? ""
      : `<text x="${x(last.axisValue) + 10}" y="${label + 4}">${encode(shorten(variant))}</text>`;
  return `<polyline fill="none" style="stroke: ${colour}" stroke-width="2" points="${path}"/>${marks.join("")}${name}`;
}

function shorten(name: string): string {
  return name.length <= NAME_MAX ? name : `${name.slice(0, NAME_MAX - 1)}…`;
}

/** Returns the chart as text, for readers who do not see it. */
function describe({ series }: LiveChart): string {
  return series
    .map(
      ({ variant, points }) =>
        `${variant}: ${points.map(({ axisValue, value }) => `${value.toFixed(1)} µs at ${axisValue}`).join(", ")}`,
    )
    .join("; ");
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

function setText(id: string, text: string): void {
  byId(id).textContent = text;
}

function encode(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
