import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assignMarks, LOOKS, type Look } from "../../src/charts/draw/looks.ts";

/** WCAG 2.2, success criteria 1.4.3 and 1.4.11. */
const CONTRAST_MIN = { text: 4.5, lines: 3 };

/** Distance in CIELAB. Two colours beside each other can be told apart from about 2.3 on; thin lines far from each other need more. */
const DISTANCE_MIN = 20;

type Rgb = readonly [red: number, green: number, blue: number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const VISION: Record<string, Matrix> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Linear RGB to CIE XYZ, each row divided by white (D65). */
const XYZ: Matrix = [
  [0.4339, 0.3763, 0.1899],
  [0.2126, 0.7152, 0.0722],
  [0.0177, 0.1095, 0.8728],
];

describe.each(Object.entries(LOOKS))("the %s look", (name, look) => {
  it.each([["text"], ["muted"]] as const)("A look has %s that stands out from the background", (role) => {
    expect(contrast(look[role], look.background)).toBeGreaterThanOrEqual(CONTRAST_MIN.text);
  });

  it("A look has lines that stand out from the background", () => {
    for (const colour of look.colours)
      expect(contrast(colour, look.background), colour).toBeGreaterThanOrEqual(CONTRAST_MIN.lines);
  });

  it.each(Object.entries(VISION))(
    "A look has colours, and the line of what was asked, apart for %s",
    (_, vision) => {
      for (const [a, b] of pairs([...look.colours, look.text]))
        expect(distance(seen(a, vision), seen(b, vision)), `${a} ${b}`).toBeGreaterThan(DISTANCE_MIN);
    },
  );

  it("A look has the colours of the page", () => {
    const colours = pageColours(name);
    expect(colours).toMatchObject({ background: look.background, text: look.text, muted: look.muted });
    for (const ground of ["background", "soft", "banner"])
      for (const words of ["text", "muted", "link"])
        expect(
          contrast(colours[words] ?? "", colours[ground] ?? ""),
          `${words} on ${ground}`,
        ).toBeGreaterThanOrEqual(CONTRAST_MIN.text);
  });
});

describe("marks", () => {
  const twelve = Array.from({ length: 12 }, (_, index) => `epoll, backlog ${index}`);
  const SERVERS = ["threaded", "select", "epoll"];
  const marks = (
    variants: readonly string[],
    look: Look = LOOKS.light,
    servers: readonly string[] = SERVERS,
  ) => assignMarks({ servers, variants }, look);
  const mixed = ["threaded", "select", "epoll", "epoll, level", "epoll, accept one", "epoll, no delay"];

  it.each([
    ["three servers", ["threaded", "select", "epoll"]],
    ["two of one server", ["epoll-a", "epoll-b"]],
    ["servers beside their variants", mixed],
    ["six variants", twelve.slice(0, 6)],
  ])("of %s differ in colour and in shape", (_, variants) => {
    for (const [a, b] of pairs([...marks(variants).values()])) {
      expect(a.colour).not.toBe(b.colour);
      expect(a.symbol).not.toBe(b.symbol);
    }
  });

  it("Marks of twelve variants differ in colour, or in line and shape", () => {
    for (const [a, b] of pairs([...marks(twelve, LOOKS.dark).values()])) {
      if (a.colour !== b.colour) continue;
      expect(a.symbol).not.toBe(b.symbol);
      expect(a.dash).not.toBe(b.dash);
    }
  });

  it("Marks of a server are the same whatever stands beside it", () => {
    const alone = marks(["epoll"]).get("epoll");
    const among = marks(mixed).get("epoll");
    expect([among?.colour, among?.symbol]).toEqual([alone?.colour, alone?.symbol]);
  });

  it("Marks of a fourth server have a colour and a shape of their own, whether the manifest knows it or not", () => {
    const four = [...SERVERS, "uring"];
    for (const servers of [SERVERS, four]) {
      const all = marks(four, LOOKS.light, servers);
      expect(new Set([...all.values()].map(({ colour }) => colour)).size).toBe(4);
      expect(new Set([...all.values()].map(({ symbol }) => symbol)).size).toBe(4);
      expect(all.get("epoll")).toMatchObject({ colour: LOOKS.light.colours[2] });
    }
  });

  it("Marks are there for more servers than colours", () => {
    const ten = Array.from({ length: 10 }, (_, at) => `server-${at}`);
    const all = [...marks([...ten, "variant"], LOOKS.light, ten).values()];
    expect(
      new Set(all.map(({ colour, symbol, dash }) => `${colour} ${symbol} ${dash}`)).size,
    ).toBeGreaterThan(9);
    expect(all.every(({ colour, symbol }) => colour !== "" && symbol !== "")).toBe(true);
  });
});

function pairs<One>(all: readonly One[]): [One, One][] {
  return all.flatMap((a, at) => all.slice(at + 1).map((b): [One, One] => [a, b]));
}

/** The custom properties of the style sheet: the first block is light, the second dark. */
function pageColours(look: string): Record<string, string> {
  const css = readFileSync(new URL("../../src/page/page.css", import.meta.url), "utf8");
  const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map((match) => match[1] ?? "");
  const block = blocks[look === "light" ? 0 : 1] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
  );
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  return times(XYZ, linear(colour))[1];
}

/** CIELAB of a colour as this kind of vision takes it. */
function seen(colour: string, vision: Matrix): Rgb {
  const rgb = times(vision, linear(colour)).map((part) => Math.min(1, Math.max(0, part)));
  const [x, y, z] = times(XYZ, rgb as unknown as Rgb).map(lightness) as unknown as Rgb;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function lightness(part: number): number {
  return part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116;
}

function linear(colour: string): Rgb {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function times(matrix: Matrix, [a, b, c]: Rgb): Rgb {
  const row = ([x, y, z]: Rgb) => x * a + y * b + z * c;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

it("The live page of the lab has the same colours, for light and for dark", () => {
  const css = readFileSync(new URL("../../../../apps/lab/src/watch/page/page.css", import.meta.url), "utf8");
  const colours = [...css.matchAll(/--server-\d: (#\w+);/g)].map(([, colour]) => colour);
  expect(colours).toEqual([...LOOKS.light.colours, ...LOOKS.dark.colours]);
});
