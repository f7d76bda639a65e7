import fc from "fast-check";
import { expect, test } from "vitest";
import { numberAxis, type Series } from "../../src/charts/draw/chart.ts";
import { endLabelRoom, namesByEnd, placeLabels } from "../../src/charts/draw/end-labels.ts";

const BOUNDS = [0, 400] as const;
const HEIGHT_PX = 18;
const anyPlaces = fc.array(fc.integer({ min: -50, max: 450 }), { minLength: 1, maxLength: 12 });

test("Labels stand within their bounds and on nothing else, in the order of their lines", () => {
  fc.assert(
    fc.property(anyPlaces, (wanted) => {
      const placed = placeLabels(wanted, HEIGHT_PX, BOUNDS);
      const sorted = placed.toSorted((a, b) => a - b);
      for (const [at, middle] of sorted.entries()) {
        expect(middle - HEIGHT_PX / 2).toBeGreaterThanOrEqual(BOUNDS[0] - 1e-6);
        expect(middle + HEIGHT_PX / 2).toBeLessThanOrEqual(BOUNDS[1] + 1e-6);
        if (at > 0) expect(middle - (sorted[at - 1] ?? 0)).toBeGreaterThanOrEqual(HEIGHT_PX - 1e-6);
      }
      const byWish = placed.map((_, at) => at).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
      expect(byWish.map((at) => placed[at])).toEqual(sorted);
    }),
  );
});

test("Labels that are far enough apart stand where their lines end", () => {
  expect(placeLabels([300, 100, 200], HEIGHT_PX, BOUNDS)).toEqual([300, 100, 200]);
});

test("Labels of lines that end in one place stand around it", () => {
  expect(placeLabels([200, 200], HEIGHT_PX, BOUNDS)).toEqual([191, 209]);
});

test("Labels that do not fit share the height", () => {
  expect(placeLabels([10, 20, 30], HEIGHT_PX, [0, 30])).toEqual([5, 15, 25]);
});

const axes = { x: numberAxis("connections", ""), y: numberAxis("cost", "µs") };
const lineTo = (end: number, name: string, kind: Series["kind"] = "line"): Series => ({
  name,
  kind,
  points: [
    [0, 1],
    [end, 2],
  ],
  hollow: [],
});

const LINES = Array.from({ length: 14 }, (_, at) => lineTo(100, `epoll, backlog ${at}`));

test.each<[string, boolean, readonly Series[], number]>([
  ["two lines in a wide window", true, [lineTo(100, "a"), lineTo(100, "b")], 960],
  ["two lines in a narrow window", true, [lineTo(100, "threaded"), lineTo(100, "c-threads")], 328],
  ["names too long for a narrow window", false, [lineTo(100, "epoll, max-events 64"), lineTo(100, "b")], 328],
  ["a line that ends early", false, [lineTo(100, "a"), lineTo(50, "b")], 960],
  ["dots", false, [lineTo(100, "a", "dots"), lineTo(100, "b", "dots")], 960],
  ["names too long", false, [lineTo(100, "a".repeat(40)), lineTo(100, "b")], 960],
  ["one line", true, [lineTo(100, "a")], 960],
  [
    "a line that hollow marks continue",
    true,
    [lineTo(100, "a"), { ...lineTo(50, "b"), hollow: [[100, 3]] }],
    960,
  ],
  ["twelve lines", true, LINES.slice(0, 12), 960],
  ["twelve lines on paper", true, LINES.slice(0, 12), 720],
  ["more lines than have room on paper", false, LINES, 960],
])("%s: labels at the lines' ends are %s", (_, isLabelled, series, widthPx) => {
  expect(endLabelRoom({ ...axes, series }, widthPx) > 0).toBe(isLabelled);
});

test("Names are in the order of the lines' ends, the highest first, whatever came before", () => {
  const line = (name: string, ...values: number[]): Series => ({
    ...lineTo(100, name),
    points: values.map((y, x) => [x, y]),
  });
  const series = [line("falls", 9, 1), line("rises", 1, 9), line("stays", 5, 5), line("asked", 7, 7)];
  expect(namesByEnd({ ...axes, series })).toEqual(["rises", "stays", "falls"]);
  const dots = [
    { ...line("first", 1), kind: "dots" as const },
    { ...line("second", 2), kind: "dots" as const },
  ];
  expect(namesByEnd({ ...axes, series: dots })).toEqual(["first", "second"]);
});
