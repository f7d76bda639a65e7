/** Buckets in an octave: 32 keep a percentile within 1.6 % of the true time. */
const STEPS = 32;
const STEP_BITS = 5;
/** 2^27 µs are 134 s, beyond any sensible --timeout; a longer time counts as 134 s. */
const OCTAVES = 27;
const BUCKETS = (OCTAVES - STEP_BITS + 2) * STEPS;
const HIGHEST_US = 2 ** OCTAVES - 1;

/**
 * Response times of each connection, for its row: one array holds a histogram of logarithmic buckets for each
 * connection. An HdrHistogram for each would cost 6 KB and 75 ns a message; this costs 3 KB and 5 ns.
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

  /** Returns the microseconds at a percentile of 0 to 100 of a connection's messages; 0 when it has none. */
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
