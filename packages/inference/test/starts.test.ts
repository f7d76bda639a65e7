import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seedGenerator } from "../src/generator.ts";
import { median } from "../src/interval.ts";
import { estimateEffects, type Starts } from "../src/starts.ts";

/** A study: comparisons without a difference, whose starts and blocks scatter. Standard deviations of logarithms. */
interface Study {
  readonly starts: number;
  readonly blocks: number;
  readonly startSd: (random: () => number) => number;
  readonly blockSd: number;
  /** Share of blocks that a burst makes larger or smaller by 10 % to 110 %. */
  readonly bursts?: number;
  /** Drift of one block to the next that both sides do not share. */
  readonly drift?: number;
}

const COMPARISONS = 12;
const REPEATS = 60;

const STUDIES: [string, Study][] = [
  ["starts do not differ", { starts: 3, blocks: 5, startSd: () => 0, blockSd: 0.05 }],
  ["starts differ by 2 %", { starts: 3, blocks: 5, startSd: () => 0.02, blockSd: 0.05 }],
  ["two starts differ by 5 %", { starts: 2, blocks: 3, startSd: () => 0.05, blockSd: 0.05 }],
  ["blocks scatter by 15 %", { starts: 3, blocks: 4, startSd: () => 0.02, blockSd: 0.15 }],
  [
    "comparisons differ in how much their starts differ",
    { starts: 3, blocks: 5, startSd: (random) => 0.005 * 8 ** random(), blockSd: 0.05 },
  ],
  [
    "bursts disturb one block in twenty",
    { starts: 3, blocks: 5, startSd: () => 0.01, blockSd: 0.04, bursts: 0.05 },
  ],
  ["blocks drift", { starts: 4, blocks: 5, startSd: () => 0.01, blockSd: 0.05, drift: 0.005 }],
];

/** Returns a value of the normal distribution (Box and Muller, 1958). */
function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function drawComparison(study: Study, random: () => number): Starts {
  const sd = study.startSd(random);
  return Array.from({ length: study.starts }, () => {
    const start = sd * drawNormal(random);
    return Array.from({ length: study.blocks }, (_, block) => {
      const isBurst = random() < (study.bursts ?? 0);
      const burst = isBurst ? Math.sign(random() - 0.5) * Math.log(1.1 + random()) : 0;
      const drift = (study.drift ?? 0) * (block - (study.blocks - 1) / 2);
      return start + study.blockSd * drawNormal(random) + burst + drift;
    });
  });
}

test.each(STUDIES)("99 %% intervals cover the truth in at least 97 %% when %s", (_, study) => {
  const random = seedGenerator(7);
  let covered = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const comparisons = Array.from({ length: COMPARISONS }, () => drawComparison(study, random));
    covered += estimateEffects(comparisons).filter(({ low, high }) => low <= 1 && high >= 1).length;
  }
  expect(covered / (REPEATS * COMPARISONS)).toBeGreaterThanOrEqual(0.97);
});

describe("the estimate", () => {
  test("an interval is narrow enough to show a difference of 20 % after three starts of five blocks", () => {
    const study: Study = { starts: 3, blocks: 5, startSd: () => 0.01, blockSd: 0.05 };
    const random = seedGenerator(3);
    const shifted = Array.from({ length: COMPARISONS }, () =>
      drawComparison(study, random).map((values) => values.map((value) => value + Math.log(1.2))),
    );
    const shown = estimateEffects(shifted).filter(({ low }) => low > 1);
    expect(shown.length).toBeGreaterThanOrEqual(COMPARISONS - 1);
  });

  test("comparisons whose blocks scatter widely say little about how much the starts of others differ", () => {
    const random = seedGenerator(5);
    const quiet: Study = { starts: 3, blocks: 10, startSd: () => 0.01, blockSd: 0.03 };
    const noisy: Study = { ...quiet, blocks: 3, blockSd: 0.2 };
    const widths = Array.from({ length: 40 }, () => {
      const alone = Array.from({ length: 5 }, () => drawComparison(quiet, random));
      const beside = [...alone, drawComparison(noisy, random), drawComparison(noisy, random)];
      const [own, other] = [alone, beside].map((all) => estimateEffects(all)[0]);
      return Math.log(other?.high ?? 0) - Math.log(own?.high ?? 1);
    });
    // Half widths are some 0.04.
    expect(median(widths)).toBeLessThan(0.004);
  });

  test("one start has no interval, and a comparison without values no effect", () => {
    const [one, none] = estimateEffects([[[0.1, 0.2]], []]);
    expect(one).toMatchObject({ low: 0, high: Number.POSITIVE_INFINITY });
    expect(none?.effect).toBeNaN();
  });

  test("an interval of one comparison is that of Student's t from the means of its starts", () => {
    const [effect] = estimateEffects([
      [
        [0, 0],
        [0.1, 0.1],
        [0.2, 0.2],
      ],
    ]);
    // Mean 0.1, standard deviation of the means 0.1, t(0.995, 2) = 9.925.
    expect(Math.log(effect?.high ?? 0)).toBeCloseTo(0.1 + (9.925 * 0.1) / Math.sqrt(3), 3);
  });

  test("swapped sides have the inverse effect and interval", () => {
    const value = fc.double({ min: -2, max: 2, noNaN: true });
    const starts = fc.array(fc.array(value, { minLength: 2, maxLength: 5 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(starts, { minLength: 1, maxLength: 4 }), (comparisons) => {
        const swapped = comparisons.map((all) => all.map((values) => values.map((one) => -one)));
        const there = estimateEffects(comparisons);
        const back = estimateEffects(swapped);
        for (const [index, { effect, low, high }] of there.entries()) {
          expect(1 / (back[index]?.effect ?? 0)).toBeCloseTo(effect, 6);
          expect(Math.log(1 / (back[index]?.high ?? 0))).toBeCloseTo(Math.log(low), 6);
          expect(Math.log(1 / (back[index]?.low ?? 0))).toBeCloseTo(Math.log(high), 6);
        }
      }),
    );
  });
});
