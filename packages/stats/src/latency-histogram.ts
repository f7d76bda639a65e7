import type { LatencySummary, Percentile } from "@c10k-lab/protocol";
import { INFINITE } from "@c10k-lab/protocol/clocks";
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Float64Histogram,
  type Histogram,
} from "hdr-histogram-js";

/** Highest time that is recorded, ten minutes in µs. Longer times count as this one. */
const HIGHEST_US = 600_000_000;
const SIGNIFICANT_DIGITS = 3;
/** HdrHistogram's buckets for three digits: 2^11 of one microsecond, then 2^10 in each octave. */
const STEP_BITS = 10;

/** HdrHistogram that finds a bucket without log2 and pow, which took longer than the rest of a recording. */
class MicrosecondHistogram extends Float64Histogram {
  constructor() {
    super(1, HIGHEST_US, SIGNIFICANT_DIGITS);
  }

  override countsArrayIndex(us: number): number {
    const shift = us < 2 << STEP_BITS ? 0 : 31 - Math.clz32(us) - STEP_BITS;
    return (shift << STEP_BITS) + (us >>> shift);
  }
}

/**
 * Histogram of times in microseconds, to three significant digits (HdrHistogram). Histograms of several clients merge
 * without loss. Percentiles are computed after the merge, never averaged.
 */
export class LatencyHistogram {
  readonly #histogram: Histogram;

  constructor(histogram: Histogram = new MicrosecondHistogram()) {
    this.#histogram = histogram;
  }

  /** Reads a histogram that `encode` wrote. */
  static decode(base64: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(base64, 64));
  }

  /** Merges histograms that `encode` wrote. */
  static decodeAll(histograms: readonly string[]): LatencyHistogram {
    const merged = new LatencyHistogram();
    for (const base64 of histograms) merged.merge(LatencyHistogram.decode(base64));
    return merged;
  }

  /** Records one time. Hot path: it allocates nothing. */
  record(us: number): void {
    this.#histogram.recordValue(us < 1 ? 1 : us > HIGHEST_US ? HIGHEST_US : Math.round(us));
  }

  merge(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  reset(): void {
    this.#histogram.reset();
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Returns the time at a percentile of 0 to 100, µs; 0 when nothing was recorded. */
  percentile(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile);
  }

  /**
   * Returns counts, and mean and percentiles in µs.
   *
   * @param failed answers that never came: they count as longer than every recorded time
   */
  summary(failed = 0): LatencySummary {
    const histogram = this.#histogram;
    const count = histogram.totalCount;
    return {
      count,
      failed,
      min: count === 0 ? null : histogram.minNonZeroValue,
      mean: count === 0 ? null : Math.round(histogram.mean * 10) / 10,
      p50: this.#readPercentile(50, failed),
      p90: this.#readPercentile(90, failed),
      p99: this.#readPercentile(99, failed),
      p999: this.#readPercentile(99.9, failed),
      max: count === 0 ? null : histogram.maxValue,
    };
  }

  #readPercentile(percentile: number, failed: number): Percentile {
    const { count } = this;
    if (count + failed === 0) return null;
    // Round the rank as HdrHistogram does, so that the result equals its own where nothing failed.
    const rank = Math.max(1, Math.floor((percentile / 100) * (count + failed) + 0.5));
    return rank > count ? INFINITE : this.percentile((100 * rank) / count);
  }

  /** Returns HdrHistogram's V2 encoding, deflated, in base64, which other HdrHistogram tools read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
