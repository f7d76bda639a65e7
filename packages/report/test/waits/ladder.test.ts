import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANCE_PERCENT, LATE_MS, RUNGS, rungOf, rungText } from "../../src/waits/ladder.ts";

const rungs = Array.from({ length: RUNGS }, (_, rung): [number, number] => [rung, 200 * 2 ** rung]);

describe("the retransmit ladder", () => {
  it.each(rungs)(
    "The retransmit ladder has rung %i at %i ms, and a tenth to either side of it",
    (rung, ms) => {
      for (const share of [-0.099, 0.099]) expect(rungOf(ms * (1 + share))).toBe(rung);
      for (const share of [-0.101, 0.101]) expect(rungOf(ms * (1 + share))).toBeNull();
      fc.assert(
        fc.property(fc.double({ min: -0.099, max: 0.099, noNaN: true }), (share) => {
          expect(rungOf(ms * (1 + share))).toBe(rung);
        }),
      );
    },
  );

  it("The retransmit ladder has nothing between its rungs", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rungs),
        fc.double({ min: 1.101, max: 1.799, noNaN: true }),
        ([, ms], share) => {
          expect(rungOf(ms * share)).toBeNull();
        },
      ),
    );
  });

  it.each([0, 0.5, 10, 179, 115_000, 204_800, Number.POSITIVE_INFINITY, Number.NaN, -200])(
    "The retransmit ladder does not reach to %d ms",
    (ms) => {
      expect(rungOf(ms)).toBeNull();
    },
  );

  it("The retransmit ladder gives every rung its time", () => {
    expect(rungs.map(([rung]) => rungText(rung))).toEqual(
      ["0.2", "0.4", "0.8", "1.6", "3.2", "6.4", "12.8", "25.6", "51.2", "102.4"].map((s) => `${s} s`),
    );
  });

  it("The retransmit ladder expects by chance what evenly spread logarithms show", () => {
    const steps = 100_000;
    // Whole octaves, so that no part of the ladder is counted more often than another.
    const times = Array.from({ length: steps }, (_, step) => LATE_MS * 2 ** ((RUNGS * step) / steps));
    const share = (100 * times.filter((ms) => rungOf(ms) !== null).length) / steps;
    expect(share).toBeCloseTo(CHANCE_PERCENT, 1);
    expect(CHANCE_PERCENT).toBeCloseTo(29, 0);
  });
});
