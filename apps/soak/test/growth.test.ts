import { expect, test } from "vitest";
import { growthOf, type Sample } from "../src/growth.ts";

/** Samples of a life, in which memory grows by so many KiB from sample to sample, after a steep warm-up. */
function samplesOf(grownKiB: number, noiseKiB = 300): Sample[] {
  return Array.from({ length: 60 }, (_, at) => ({
    memoryKiB: 60_000 + (at < 15 ? at * 2000 : 30_000) + at * grownKiB + ((at * 7919) % noiseKiB),
    descriptors: 30 + (at % 3),
    threads: 11,
    closeWait: at % 2,
    responseMs: at === 40 ? null : 1,
  }));
}
const leaksOf = (samples: readonly Sample[]) =>
  growthOf(samples)
    .filter(({ isLeak }) => isLeak)
    .map(({ quantity }) => quantity);

test("a server that grows in its warm-up only does not leak", () => {
  expect(leaksOf(samplesOf(0))).toEqual([]);
});

test("P5: memory that grows through the whole life is a leak, with its interval", () => {
  const samples = samplesOf(1200);
  expect(leaksOf(samples)).toEqual(["memoryKiB"]);
  const [memory] = growthOf(samples);
  expect(memory?.growth).toBeCloseTo(1200 * 20, -3);
  expect(memory?.interval?.low).toBeGreaterThan(20_000);
});

test("descriptors that grow by one every second sample are a leak", () => {
  expect(leaksOf(samplesOf(0).map((sample, at) => ({ ...sample, descriptors: 30 + at / 2 })))).toEqual([
    "descriptors",
  ]);
});
