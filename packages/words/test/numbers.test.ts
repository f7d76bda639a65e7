import { describe, expect, it } from "vitest";
import { about, figure, integer, ratio, scientific, wrap } from "../src/phrases/numbers.ts";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [0.0004, "< 0.001"],
    [0.084, "0.084"],
    [3.214, "3.21"],
    [9.999, "10.0"],
    [99.96, "100"],
    [1234.5, "1,235"],
    [null, "–"],
  ])("%s reads %s", (value, words) => {
    expect(figure(value)).toBe(words);
  });

  it("are rounded to three digits in sentences, and whole in tables", () => {
    expect(about(121_384)).toBe("121,000");
    expect(integer(1_234_567.4)).toBe("1,234,567");
  });
});

it("Numbers far below 1 are written with a power of ten", () => {
  expect([0, 0.5, 0.0123, 0.000_012_3, 9.96e-12].map(scientific)).toEqual([
    "0",
    "0.50",
    "0.012",
    "1.2 × 10⁻⁵",
    "1.0 × 10⁻¹¹",
  ]);
});

it("A ratio beyond all use is a bound, not its digits", () => {
  expect([0.0004, 1.234, 12.3, 10_000, 1.8e24].map(ratio)).toEqual([
    "< 0.001",
    "1.23",
    "12",
    "10,000",
    "> 10,000",
  ]);
});

it("Text is broken between words, not before a unit, and inside a word that is longer than a line", () => {
  expect(wrap("within 5 % of that", 9)).toEqual(["within", "5 % of", "that"]);
  expect(wrap("some 12 servers took 6 µs.", 12)).toEqual(["some 12", "servers took", "6 µs."]);
  expect(wrap("a größe-überall-und-immer b", 10)).toEqual(["a", "größe-über", "all-und-im", "mer b"]);
});
