import { INFINITE, type LatencySummary, type Percentile } from "@c10k-lab/protocol";
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Ten minutes; a longer time is recorded as this. */
const HIGHEST_US = 600_000_000;

/**
 * Times in microseconds, each kept to three significant digits (HdrHistogram). Histograms of several clients add up
 * without loss; percentiles are taken after the merge, never averaged.
 */
export class LatencyHistogram {
  readonly #histogram: Histogram;

  constructor(histogram?: Histogram) {
    this.#histogram =
      histogram ??
      build({
        bitBucketSize: 64,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_US,
        numberOfSignificantValueDigits: 3,
      });
  }

  /** Reads what `encode` wrote. */
  static decode(base64: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(base64, 64));
  }

  /** Hot path: allocates nothing. */
  record(us: number): void {
    this.#histogram.recordValue(us < 1 ? 1 : us > HIGHEST_US ? HIGHEST_US : Math.round(us));
  }

  merge(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** @returns microseconds at a percentile of 0 to 100; 0 when nothing was recorded */
  percentile(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile);
  }

  /** @param failed how many never came: they count as longer than every time that was recorded */
  summary(failed = 0): LatencySummary {
    const histogram = this.#histogram;
    const count = histogram.totalCount;
    return {
      count,
      failed,
      min: count === 0 ? null : histogram.minNonZeroValue,
      mean: count === 0 ? null : Math.round(histogram.mean * 10) / 10,
      p50: this.#percentileOf(50, failed),
      p90: this.#percentileOf(90, failed),
      p99: this.#percentileOf(99, failed),
      p999: this.#percentileOf(99.9, failed),
      max: count === 0 ? null : histogram.maxValue,
    };
  }

  #percentileOf(percentile: number, failed: number): Percentile {
    const { count } = this;
    if (count + failed === 0) return null;
    // HdrHistogram's own rounding of a rank, so that nothing changes where nothing failed.
    const rank = Math.max(1, Math.floor((percentile / 100) * (count + failed) + 0.5));
    return rank > count ? INFINITE : this.percentile((100 * rank) / count);
  }

  /** HdrHistogram's V2 encoding, deflated, in base64: other HdrHistogram tools read it. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
