import { describe, expect, test } from "vitest";
import { chooseFurther, isOpen, type Spent } from "../src/further.ts";
import type { Effect } from "../src/starts.ts";

/** Returns an effect whose interval reaches so many per cent, as logarithms, to both sides. */
function effectOf(effect: number, halfWidthPercent: number): Effect {
  const reach = Math.exp(halfWidthPercent / 100);
  return { effect, low: effect / reach, high: effect * reach };
}

const UNKNOWN: Effect = { effect: 1.2, low: 0, high: Number.POSITIVE_INFINITY };

function placeOf(name: string, effects: readonly Effect[], spentS = 10): Spent & { readonly name: string } {
  return { name, effects, spentS };
}

const choose = (...places: readonly (Spent & { readonly name: string })[]) => chooseFurther(places)?.name;

describe("a further start", () => {
  test("goes to the open comparison that settles the soonest, not to the widest", () => {
    // Excluding a difference of 5 % takes 2.25 and 36 times the time so far, showing one of 20 % a fifth more.
    const near = placeOf("near", [effectOf(1, 7.3)]);
    const far = placeOf("far", [effectOf(1, 30)]);
    const clear = placeOf("clear", [effectOf(1.2, 20)]);
    expect(choose(near, far)).toBe("near");
    expect(choose(near, far, clear)).toBe("clear");
    expect(choose(placeOf("dear", [effectOf(1, 7.3)], 40), near)).toBe("near");
  });

  test("leaves out comparisons that are settled, however wide their intervals are", () => {
    expect(choose(placeOf("settled", [effectOf(2, 40)]), placeOf("open", [effectOf(1.02, 6)]))).toBe("open");
  });

  test("goes to the widest interval when all are settled, until all are within 4 %", () => {
    const wide = placeOf("wide", [effectOf(1.3, 5), effectOf(2, 20)]);
    const narrow = placeOf("narrow", [effectOf(1.3, 3)]);
    expect(choose(narrow, wide)).toBe("wide");
    expect(choose(narrow)).toBeUndefined();
  });

  test("goes where nothing is known only after the others are settled", () => {
    const unknown = placeOf("unknown", [UNKNOWN]);
    expect(choose(unknown, placeOf("open", [effectOf(1, 60)]))).toBe("open");
    expect(choose(unknown, placeOf("settled", [effectOf(2, 10)]))).toBe("unknown");
    expect(choose(placeOf("nothing", []))).toBeUndefined();
  });
});

test.each([
  ["a difference that is barely shown", effectOf(1.1, 9), true],
  ["a difference that is shown", effectOf(1.1, 8), false],
  ["an equality that barely fits into 5 %", effectOf(1, 4.7), true],
  ["an equality that fits into 5 %", effectOf(1, 4.3), false],
  ["an effect without an interval", UNKNOWN, true],
])("%s: is it worth further time", (_, effect, open) => {
  expect(isOpen(effect)).toBe(open);
});
