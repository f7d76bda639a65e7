import type { Starts } from "../starts.ts";

/** Source of numbers from 0 to 1. */
export type Random = () => number;

/** Invented machine and servers. Standard deviations are those of logarithms of one variant. */
export interface Scenario {
  readonly name: string;
  /** True ratio of the variants. */
  readonly effect: number;
  /** Standard deviations between starts of a process: that of a comparison lies between them. */
  readonly startSd: readonly [least: number, most: number];
  /** Standard deviation between slices. */
  readonly sliceSd: number;
  /** Share of slices that stolen time or a collector makes 1.1 to 2 times as large. */
  readonly burstShare: number;
  /** Relative change of the machine from one slice to the next. */
  readonly drift: number;
}

const USUAL = { effect: 1, startSd: [0.01, 0.02], sliceSd: 0.04, burstShare: 0, drift: 0 } as const;

/** Scenarios of the proof; in those with the effect 1 a server is compared with itself. */
export const SCENARIOS: readonly Scenario[] = [
  { ...USUAL, name: "quiet machine", startSd: [0, 0], sliceSd: 0.02 },
  { ...USUAL, name: "starts differ by 1 to 2 %" },
  { ...USUAL, name: "starts differ by 5 %", startSd: [0.05, 0.05] },
  { ...USUAL, name: "some starts differ, some do not", startSd: [0.002, 0.03] },
  { ...USUAL, name: "noisy slices", sliceSd: 0.12 },
  { ...USUAL, name: "steal bursts", burstShare: 0.05 },
  { ...USUAL, name: "drift of 2 % a slice", drift: 0.02 },
  { ...USUAL, name: "all of it", startSd: [0.005, 0.04], sliceSd: 0.08, burstShare: 0.05, drift: 0.01 },
  { ...USUAL, name: "an effect of 1.3, steal bursts", effect: 1.3, burstShare: 0.05 },
];

/** Invents the blocks of one start: logarithms of the ratio of both variants. */
export function drawStart(
  scenario: Scenario,
  startSd: number,
  blocks: number,
  random: Random,
): Starts[number] {
  const { effect, sliceSd, drift, burstShare } = scenario;
  const start = Math.SQRT2 * startSd * drawNormal(random);
  const drawSlice = () =>
    sliceSd * drawNormal(random) + (random() < burstShare ? Math.log(1.1 + 0.9 * random()) : 0);
  return Array.from({ length: blocks }, () => {
    // Both slices meet the same machine, one of them a slice later; which one is drawn.
    const later = random() < 0.5 ? drift : -drift;
    return Math.log(effect) + start + drawSlice() - drawSlice() + later;
  });
}

/** Draws the standard deviation between starts of one comparison, evenly on the logarithmic scale. */
export function drawStartSd({ startSd: [least, most] }: Scenario, random: Random): number {
  return least === 0 ? 0 : least * (most / least) ** random();
}

/** Draws from the standard normal distribution (Box and Muller, 1958). */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
