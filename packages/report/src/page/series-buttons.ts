import type { GroupChart, Series } from "../charts/draw/chart.ts";
import { namesByEnd } from "../charts/draw/end-labels.ts";
import { needsLegend } from "../charts/draw/legend.ts";
import type { Look, Mark } from "../charts/draw/looks.ts";

/** Reactions to the buttons of the series. */
interface Reactions {
  /** Shows a series or takes it away; returns whether it is shown. */
  toggle(name: string): boolean;
  /** Receives the series whose button has mouse or keyboard focus; null where none has. */
  point(name: string | null): void;
}

/**
 * Adds a button for each series that shows it or takes it away, in the order in which the lines end; none where there is
 * nothing to choose, or the names stand at the axis. Returns the buttons by name.
 */
export function addSeriesButtons(
  group: HTMLElement,
  chart: GroupChart,
  { toggle, point }: Reactions,
): ReadonlyMap<string, HTMLElement> {
  const names = namesByEnd(chart);
  if (names.length < 2 || !needsLegend(chart)) return new Map();
  return new Map(
    names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(document.createElement("span"), name);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(toggle(name)));
      });
      // A finger rests on nothing: what it touched would stay the only line that one sees.
      button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point(name));
      button.addEventListener("pointerleave", () => point(null));
      button.addEventListener("focus", () => button.matches(":focus-visible") && point(name));
      button.addEventListener("blur", () => point(null));
      group.append(button);
      return [name, button] as const;
    }),
  );
}

/** Draws into each button what its series looks like in the chart. */
export function fillSwatches(
  buttons: ReadonlyMap<string, HTMLElement>,
  { series }: GroupChart,
  marks: ReadonlyMap<string, Mark>,
  look: Look,
): void {
  for (const [name, button] of buttons) {
    const mark = marks.get(name);
    const one = series.find((other) => other.name === name);
    const swatch = button.querySelector("span");
    if (mark !== undefined && one !== undefined && swatch !== null)
      swatch.innerHTML = drawSwatch(one, mark, look);
  }
}

const SHAPE_PATHS: Readonly<Record<string, string>> = {
  triangle: "M5,0 L10,10 L0,10 Z",
  rect: "M0,0 H10 V10 H0 Z",
  circle: "M0,5 A5,5 0 1 0 10,5 A5,5 0 1 0 0,5 Z",
  diamond: "M5,0 L10,5 L5,10 L0,5 Z",
};

const DASH_PATTERNS = { solid: "none", dashed: "4 3", dotted: "1.5 2.5" };

/** Draws mark and line as in the chart: dots have no line, and an outline where the chart gives them one. */
function drawSwatch({ kind, labels }: Series, { colour, symbol, dash }: Mark, look: Look): string {
  const path = SHAPE_PATHS[symbol] ?? symbol.replace("path://", "");
  const line = `<path d="M0,5 H26" stroke="${colour}" stroke-width="2" stroke-dasharray="${DASH_PATTERNS[dash]}"/>`;
  const outline = kind === "dots" && labels !== undefined ? ` stroke="${look.text}" stroke-width="1.5"` : "";
  const isJoined = kind === "line" || kind === "curve" || kind === "trace";
  const shape = `<path d="${path}" transform="translate(8 0)" fill="${colour}"${outline}/>`;
  return `<svg width="26" height="12" viewBox="0 -1 26 12" aria-hidden="true">${isJoined ? line : ""}${shape}</svg>`;
}
