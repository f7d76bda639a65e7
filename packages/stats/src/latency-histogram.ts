import type { LatencySummary } from "@c10k-lab/protocol";
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

  summary(): LatencySummary {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) {
      return { count: 0, min: null, mean: null, p50: null, p90: null, p99: null, p999: null, max: null };
    }
    return {
      count: histogram.totalCount,
      min: histogram.minNonZeroValue,
      mean: Math.round(histogram.mean * 10) / 10,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: histogram.maxValue,
    };
  }

  /** HdrHistogram's V2 encoding, deflated, in base64: other HdrHistogram tools read it. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
