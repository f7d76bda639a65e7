/** Buckets an octave: 32 keep a percentile within 1.6 % of the true time. */
const STEPS = 32;
const STEP_BITS = 5;
/** 2^27 µs are 134 s, beyond any sensible --timeout; longer times count as this. */
const OCTAVES = 27;
const BUCKETS = (OCTAVES - STEP_BITS + 2) * STEPS;
const HIGHEST_US = 2 ** OCTAVES - 1;

/**
 * Response times of each connection by itself, for its row: a histogram of logarithmic buckets a connection in one
 * array. A run's own percentiles come from HdrHistogram; one of those for every connection would cost 6 KB and 75 ns a
 * message, this costs 3 KB and 5 ns.
 */
export class ResponseTimes {
  readonly #counts: Uint32Array;

  /** @param connections numbered from 0 */
  constructor(connections: number) {
    this.#counts = new Uint32Array(connections * BUCKETS);
  }

  record(connection: number, us: number): void {
    this.#counts[connection * BUCKETS + bucketOf(us)]++;
  }

  /** @returns microseconds at a percentile of 0 to 100 of one connection's messages; 0 when it has none */
  percentile(connection: number, percentile: number): number {
    const counts = this.#counts.subarray(connection * BUCKETS, (connection + 1) * BUCKETS);
    const total = counts.reduce((sum, count) => sum + count, 0);
    let left = Math.ceil((total * percentile) / 100);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= counts[bucket];
      if (left <= 0 && total > 0) return middleOf(bucket);
    }
    return 0;
  }
}

function bucketOf(us: number): number {
  const whole = us > HIGHEST_US ? HIGHEST_US : us | 0;
  if (whole < 2 * STEPS) return whole;
  const shift = 31 - Math.clz32(whole) - STEP_BITS;
  return (shift << STEP_BITS) + (whole >>> shift);
}

function middleOf(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket;
  const shift = (bucket >>> STEP_BITS) - 1;
  const low = (bucket - (shift << STEP_BITS)) * 2 ** shift;
  return low + 2 ** shift / 2;
}
