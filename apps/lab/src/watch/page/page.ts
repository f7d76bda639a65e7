import type { LiveChart, LivePoint, LiveView } from "../live-view.ts";

/** Script of the page that `--watch` serves: draws each view of the experiment as it comes. */

/** Widest and narrowest drawing: letters keep their size in a window that is narrower than a drawing. */
const WIDTH = { most: 480, least: 300 };
const HEIGHT = 280;
/** Distance between the points of two servers at one load, so that no interval lies on another. */
const DODGE_PX = 5;
/** Room between the last bar and a name. */
const LABEL_GAP_PX = 10;
const LABEL_HEIGHT = 15;
const ROOM = { left: 52, right: 96, top: 16, bottom: 40 };
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
  byId("bars").hidden = view.charts.length === 0;
  byId("latest").hidden = view.lines.length === 0;
  setText("lines", view.lines.join("\n"));
  showAnswers(view.answers);
}

/** Shows the answers. A screen reader hears them only when they change. */
function showAnswers(answers: readonly string[]): void {
  byId("settled").hidden = answers.length === 0;
  const list = byId("answers");
  const shown = [...list.children].map(({ textContent }) => textContent);
  if (shown.length === answers.length && shown.every((text, at) => text === answers[at])) return;
  list.replaceChildren(
    ...answers.map((answer) => Object.assign(document.createElement("li"), { textContent: answer })),
  );
}

/** Returns the first of 1, 2, 5, 10, 20 … that is at least so large. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((digit) => digit * power >= value) ?? 10);
}

/** Most values between the ground and the upper end of the y axis. */
const TICKS_MAX = 4;

function drawChart(chart: LiveChart): string {
  const points = chart.series.flatMap((series) => series.points);
  const xs = chart.axisValues;
  const highest = Math.max(0, ...points.map((point) => point.high ?? point.value));
  const step = roundUp((highest || TICKS_MAX) / TICKS_MAX);
  const ticks = Array.from({ length: Math.ceil((highest || TICKS_MAX) / step) + 1 }, (_, at) => at * step);
  const most = ticks.at(-1) ?? 1;
  const longest = Math.max(0, ...chart.series.map(({ variant }) => shorten(variant).length));
  const room = Math.max(ROOM.right, CHARACTER_WIDTH * longest);
  const width = Math.max(WIDTH.least, Math.min(WIDTH.most, byId("charts").clientWidth)) + room - ROOM.right;
  const right = width - room;
  const x = (value: number) => ROOM.left + ((xs.indexOf(value) + 0.5) / xs.length) * (right - ROOM.left);
  const y = (value: number) => HEIGHT - ROOM.bottom - (value / most) * (HEIGHT - ROOM.top - ROOM.bottom);
  const title = `${chart.group === null ? "" : `${chart.group}: `}${chart.quantity}`;
  const labels = spread(chart.series.map(({ points: own }) => y(own.at(-1)?.value ?? 0)));
  const lines = chart.series.map(({ variant, place, points: own }, index, { length }) => {
    const beside = DODGE_PX * (index - (length - 1) / 2);
    const scales = { x: (value: number) => x(value) + beside, y };
    const beyond = x(own.at(-1)?.axisValue ?? 0) + (DODGE_PX * (length - 1)) / 2 + LABEL_GAP_PX;
    const name = { text: shorten(variant), x: beyond, y: labels[index] ?? 0 };
    return drawSeries(own, `var(--server-${place % COLOURS})`, scales, name);
  });
  return `<figure style="margin:0"><h2>${encode(title)}</h2><svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${encode(describe(chart))}">
${drawAxes(xs, chart.axis, ticks, { x, y }, right)}${lines.join("")}</svg></figure>`;
}

/** Name of a series, beyond the bars of all series at its last load. */
interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** @param right end of the plot */
function drawAxes(
  xs: readonly number[],
  axis: string,
  ys: readonly number[],
  { x, y }: Scales,
  right: number,
): string {
  const ticks = ys.map(
    (value) =>
      `<line class="axis" x1="${ROOM.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/><text class="axis-text" x="${ROOM.left - 6}" y="${y(value) + 4}" text-anchor="end">${value.toLocaleString("en-US")}</text>`,
  );
  const labels = xs.map(
    (value) =>
      `<text class="axis-text" x="${x(value)}" y="${HEIGHT - ROOM.bottom + 18}" text-anchor="middle">${value.toLocaleString("en-US")}</text>`,
  );
  const name = `<text class="axis-text" x="${(right + ROOM.left) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${encode(axis)}</text>`;
  return ticks.join("") + labels.join("") + name;
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

function drawSeries(points: readonly LivePoint[], colour: string, { x, y }: Scales, label: Label): string {
  const path = points.map(({ axisValue, value }) => `${x(axisValue)},${y(value)}`).join(" ");
  const marks = points.map(({ axisValue, value, low, high }) => {
    const interval =
      low === null || high === null
        ? ""
        : `<line style="stroke: ${colour}" stroke-width="2" x1="${x(axisValue)}" x2="${x(axisValue)}" y1="${y(low)}" y2="${y(high)}"/>`;
    return `${interval}<circle style="fill: ${colour}" cx="${x(axisValue)}" cy="${y(value)}" r="4"/>`;
  });
  const name =
    points.length === 0 ? "" : `<text x="${label.x}" y="${label.y + 4}">${encode(label.text)}</text>`;
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
        `${variant}: ${points.map(({ axisValue, value }) => `${value.toFixed(1)} at ${axisValue}`).join(", ")}`,
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
