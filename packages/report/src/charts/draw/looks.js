// What variants look like. Plain JavaScript, because it runs twice: here for the SVG files and, as it stands, inside the
// page.

/** These look the same in every report: the first colour and shape, the second, the third. */
const SERVERS = ["threaded", "select", "epoll"];

/**
 * Six colours that stay apart with every kind of colour vision, and from the background. After the three of the servers
 * come those of variants that are no plain server.
 */
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
};

/** Shapes repeat what the colours say. */
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
];

const DASHES = ["solid", "dashed", "dotted"];

/**
 * Colour, shape and line of each variant, by name. Each is drawn smaller than the one below it, so that all can be seen
 * where their values are the same.
 */
export function marksOf(variants, look) {
  const others = variants.filter((name) => !SERVERS.includes(name));
  const isFree = (_, index) => !variants.includes(SERVERS[index]);
  const colours = look.colours.filter(isFree);
  const shapes = SHAPES.filter(isFree);
  const styleOf = (name) => {
    const server = SERVERS.indexOf(name);
    if (server >= 0) return { colour: look.colours[server], symbol: SHAPES[server], dash: "solid" };
    const at = others.indexOf(name);
    return {
      colour: colours[at % colours.length],
      symbol: shapes[at % shapes.length],
      dash: DASHES[Math.floor(at / colours.length) % DASHES.length],
    };
  };
  return new Map(
    variants.map((name, index) => {
      const rank = variants.length > 1 ? index / (variants.length - 1) : 1;
      return [name, { ...styleOf(name), symbolSize: 17 - 9 * rank, lineWidth: 4 - 2 * rank }];
    }),
  );
}
