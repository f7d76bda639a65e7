import type { GroupChart } from "./chart.ts";

/** Colours of a chart. */
export interface Look {
  readonly background: string;
  readonly text: string;
  /** Axes and their labels. */
  readonly muted: string;
  readonly grid: string;
  readonly colours: readonly string[];
}

/** Six colours that stay apart with every kind of colour vision, and from the background. */
export const LOOKS = {
  light: {
    background: "#ffffff",
    text: "#1c1e21",
    muted: "#55595f",
    grid: "#e3e5e8",
    colours: ["#d55e00", "#005a9c", "#009e73", "#cf5ce8", "#6521c6", "#763924"],
  },
  dark: {
    background: "#16191d",
    text: "#e8eaed",
    muted: "#aeb4bc",
    grid: "#32373e",
    colours: ["#ff8524", "#6ea7e9", "#48f998", "#bf8392", "#7453ea", "#757738"],
  },
} satisfies Readonly<Record<string, Look>>;

/** Shapes repeat the difference in colour, for readers and printers without colours. */
const SHAPES = [
  "triangle",
  "rect",
  "circle",
  "diamond",
  "path://M0,0 L10,0 L5,10 Z",
  "path://M3.5,0 H6.5 V3.5 H10 V6.5 H6.5 V10 H3.5 V6.5 H0 V3.5 H3.5 Z",
  "path://M5,0 L6.2,3.4 L9.8,3.5 L6.9,5.6 L7.9,9 L5,7 L2.1,9 L3.1,5.6 L0.2,3.5 L3.8,3.4 Z",
  "path://M0,0 H10 L0,10 H10 Z",
  "path://M0,2 L2,0 L5,3 L8,0 L10,2 L7,5 L10,8 L8,10 L5,7 L2,10 L0,8 L3,5 Z",
] as const;

const DASHES = ["solid", "dashed", "dotted"] as const;

/** Drawing of one variant. Sizes in pixels. */
export interface Mark {
  readonly colour: string;
  readonly symbol: string;
  readonly dash: (typeof DASHES)[number];
  readonly symbolSize: number;
  readonly lineWidth: number;
}

/** Sizes from the lowest to the topmost line. Of many lines the marks are small: large ones would hide those below. */
const SIZES = {
  few: { symbol: [17, 8], line: [4, 2] },
  many: { symbol: [11, 6], line: [2.5, 1.5] },
} as const;
const FEW_MAX = 6;

/**
 * Returns colour, shape and line of each variant by name. A server has the colour of its place among the servers in every
 * chart; other variants take the colours that no server of the chart has. Each is drawn smaller than the one below it, so
 * that all can be seen where their values are the same.
 */
export function assignMarks(
  { servers, variants }: Pick<GroupChart, "servers" | "variants">,
  look: Look,
): ReadonlyMap<string, Mark> {
  const others = variants.filter((name) => !servers.includes(name));
  const isFree = (_: string, index: number) => !variants.includes(servers[index] ?? "");
  const colours = look.colours.filter(isFree);
  const shapes = SHAPES.filter(isFree);
  const styleOf = (name: string) => {
    const server = servers.indexOf(name);
    return server >= 0
      ? pickStyle(server, look.colours, SHAPES)
      : pickStyle(
          others.indexOf(name),
          colours.length > 0 ? colours : look.colours,
          shapes.length > 0 ? shapes : SHAPES,
        );
  };
  const { symbol, line } = variants.length > FEW_MAX ? SIZES.many : SIZES.few;
  return new Map(
    variants.map((name, index) => {
      const rank = variants.length > 1 ? index / (variants.length - 1) : 1;
      const between = ([from, to]: readonly [number, number]) => from + (to - from) * rank;
      return [name, { ...styleOf(name), symbolSize: between(symbol), lineWidth: between(line) }];
    }),
  );
}

function pickStyle(
  at: number,
  colours: readonly string[],
  shapes: readonly string[],
): Pick<Mark, "colour" | "symbol" | "dash"> {
  return {
    colour: colours[at % colours.length] ?? "",
    symbol: shapes[at % shapes.length] ?? "",
    dash: DASHES[Math.floor(at / colours.length) % DASHES.length] ?? "solid",
  };
}
