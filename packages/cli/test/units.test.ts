import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBytes, parseDurationMs, parseInstantMs, parseRange, UsageError } from "../src/index.ts";

test.each([
  ["0", 0],
  ["250us", 0.25],
  ["1ms", 1],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("the duration %s is %d ms", (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(["", "5", "5 s", "s", "-1s", "1e3s", "5sec", "1.s", ".5s", "Infinity", "NaN", "5S"])(
  "'%s' is no duration",
  (text) => {
    expect(() => parseDurationMs(text)).toThrow(UsageError);
  },
);

test.each([
  ["2026-11-22T10:00:00Z", 1795341600000],
  ["2026-11-22T11:00:00.250+01:00", 1795341600250],
  ["1795341600250", 1795341600250],
])("the moment %s is %d ms after 1970", (text, ms) => {
  expect(parseInstantMs(text)).toBe(ms);
});

test.each(["", "now", "5", "2026-11-22", "2026-11-22T10:00:00", "2026-13-22T10:00:00Z", "1795341600.5"])(
  "'%s' is no moment",
  (text) => {
    expect(() => parseInstantMs(text)).toThrow(UsageError);
  },
);

test.each([
  ["0", 0],
  ["512", 512],
  ["512B", 512],
  ["1kB", 1000],
  ["1MB", 1_000_000],
  ["64KiB", 65_536],
  ["1.5K", 1536],
  ["2GiB", 2 ** 31],
])("the size %s is %d bytes", (text, size) => {
  expect(parseBytes(text)).toBe(size);
});

test.each(["", "-1", "64 KiB", "KiB", "1kib", "1TB", "0x10", "1e3", "1,5K"])("'%s' is no size", (text) => {
  expect(() => parseBytes(text)).toThrow(UsageError);
});

test("a range has two inclusive ends, and a single value is both", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      expect(parseRange(`${from}..${to}`, parseBytes)).toEqual({ from, to });
      expect(parseRange(`${a}`, parseBytes)).toEqual({ from: a, to: a });
    }),
  );
});

test("a reversed range says how to write it", () => {
  expect(() => parseRange("7KiB..3", parseBytes)).toThrow("write 3..7KiB");
});

test.each(["1..2..3", "..", "1..", "..5", "1...5"])("'%s' is no range", (text) => {
  expect(() => parseRange(text, parseBytes)).toThrow(UsageError);
});

test.each(["0valueOf", "1toString", "0constructor"])(
  "the name of a method, as in '%s', is no unit",
  (text) => {
    expect(() => parseBytes(text)).toThrow(UsageError);
    expect(() => parseBytes(text)).toThrow("is not a size");
  },
);

test("a parser returns a number or throws a UsageError, whatever the text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [
        parseBytes,
        parseDurationMs,
        (given: string) => parseRange(given, parseBytes).from,
      ]) {
        try {
          expect(parse(text)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
