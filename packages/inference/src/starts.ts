import { CONFIDENCE_PERCENT } from "./interval.ts";
import { studentQuantile } from "./student.ts";

/** Measurements of one quantity by start of the processes, a value for each block: logarithms where factors are compared. */
export type Starts = readonly (readonly number[])[];

/** Mean, and half the width of its interval: NaN where nothing was measured, Infinity with too few blocks or starts. */
export interface Mean {
  readonly mean: number;
  readonly halfWidth: number;
}

/** Mean of logarithms with its interval, as factors: 1.2 is 20 % more. */
export interface Effect {
  /** NaN where nothing was measured. */
  readonly effect: number;
  /** 0 and Infinity where there are too few blocks or starts. */
  readonly low: number;
  readonly high: number;
}

/** Bisections of the shared variance: a double has 52 bits. */
const STEPS = 52;

/** Weight of the other comparisons in the variance between starts, in degrees of freedom, at most. */
const SHARED_DEGREES_MAX = 16;

/** Mean and variances of the starts of one comparison. */
interface Summary {
  readonly starts: number;
  readonly mean: number;
  /** Variance of the means of the starts. */
  readonly between: number;
  /** Part of `between` that the scatter of the blocks explains. */
  readonly explained: number;
  /** Degrees of freedom of `explained`. */
  readonly blockDegrees: number;
}

/** Estimates the means of logarithms, as factors. See `estimateMeans`. */
export function estimateEffects(comparisons: readonly Starts[]): Effect[] {
  return estimateMeans(comparisons).map(({ mean: center, halfWidth }) => ({
    effect: Math.exp(center),
    low: Math.exp(center - halfWidth),
    high: Math.exp(center + halfWidth),
  }));
}

/**
 * Estimates the means of values that were measured in blocks within starts, of several comparisons at once.
 *
 * The value of a start is the trimmed mean of its blocks. Blocks of one start are alike and starts differ (Kalibera and
 * Jones, ISMM 2013), so the starts decide the width of an interval. Two or three starts do not show how much starts differ;
 * all comparisons of an experiment together do. So each variance is moderated by that of the others (Smyth, Statistical
 * Applications in Genetics and Molecular Biology 3, 2004). An interval is never narrower than the scatter of its own blocks.
 *
 * @param comparisons of one quantity; with a single one its own starts alone decide
 */
export function estimateMeans(comparisons: readonly Starts[]): Mean[] {
  const summaries = comparisons.map((starts) => summarize(starts.filter(({ length }) => length > 0)));
  return summaries.map((own) => {
    const others = summaries.filter((other) => other !== own && other.starts > 1);
    return { mean: own.mean, halfWidth: halfWidthOf(own, others) };
  });
}

function summarize(starts: Starts): Summary {
  const centers = starts.map(locate);
  const center = mean(centers.map(({ value }) => value));
  return {
    starts: starts.length,
    mean: center,
    between:
      starts.length > 1
        ? squaresAround(
            centers.map(({ value }) => value),
            center,
          ) /
          (starts.length - 1)
        : 0,
    explained: mean(centers.map(({ variance }) => variance).filter((one) => !Number.isNaN(one))),
    blockDegrees: sum(centers.map(({ degrees }) => degrees)),
  };
}

/** Share of the blocks of a start that is left out at each end. */
const TRIM = 0.2;

/**
 * Returns the trimmed mean of a start, and its variance from the winsorized values (Yuen, Biometrika 61, 1974): a slice that
 * met a burst is 10 to 100 % off, and plain means would follow it. From fewer than five blocks none is left out.
 */
function locate(values: readonly number[]): { value: number; variance: number; degrees: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(TRIM * sorted.length);
  const kept = sorted.slice(cut, sorted.length - cut);
  const [lowest = 0] = kept;
  const highest = kept.at(-1) ?? 0;
  const winsorized = sorted.map((value) => Math.min(highest, Math.max(lowest, value)));
  const squares = squaresAround(winsorized, mean(winsorized));
  const degrees = kept.length - 1;
  return {
    value: mean(kept),
    variance: degrees > 0 ? squares / (kept.length * degrees) : Number.NaN,
    degrees,
  };
}

function halfWidthOf(own: Summary, others: readonly Summary[]): number {
  const ownDegrees = own.starts - 1;
  const otherDegrees = sum(others.map(({ starts }) => starts - 1));
  const sharedDegrees = Math.min(SHARED_DEGREES_MAX, otherDegrees);
  if (ownDegrees < 1 || own.blockDegrees < 1) return Number.POSITIVE_INFINITY;
  const shared = sharedBetween(others) + own.explained;
  const degrees = sharedDegrees + ownDegrees;
  const moderated = (sharedDegrees * shared + ownDegrees * own.between) / degrees;
  const reach = (variance: number, of: number) =>
    studentQuantile(1 - CONFIDENCE_PERCENT / 100, of) * Math.sqrt(variance / own.starts);
  return Math.max(reach(Math.max(moderated, own.explained), degrees), reach(own.explained, own.blockDegrees));
}

/**
 * Returns the variance between starts that the scatter of the blocks does not explain, of all comparisons together: the one
 * under which their starts scatter as much as expected (Paule and Mandel, Journal of Research of the NBS 87, 1982). So a
 * comparison whose blocks scatter much says little about the others.
 */
function sharedBetween(summaries: readonly Summary[]): number {
  const known = summaries.filter(({ explained }) => !Number.isNaN(explained));
  const expected = sum(known.map(({ starts }) => starts - 1));
  const scatter = (variance: number) =>
    sum(known.map(({ starts, between, explained }) => ((starts - 1) * between) / (variance + explained)));
  let low = 0;
  let high = Math.max(0, ...known.map(({ starts, between }) => (starts - 1) * between));
  for (let step = 0; step < STEPS && high > 0; step++) {
    const middle = (low + high) / 2;
    if (scatter(middle) > expected) low = middle;
    else high = middle;
  }
  return low;
}

function squaresAround(values: readonly number[], center: number): number {
  return sum(values.map((value) => (value - center) ** 2));
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
