/**
 * Returns the next state of a small seeded generator (xorshift32, Marsaglia 2003) without objects. The caller keeps the
 * state, one number a connection, so that a run can be repeated whatever order its connections are served in.
 */
export function nextState(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
}

/** Returns the start state of one of many streams of a seed; never 0, where xorshift would stay. */
export function stateOf(seed: number, stream: number): number {
  // Two rounds of an integer hash (Wellons, hash-prospector "lowbias32"), so that neighbouring streams differ at once.
  let x = (Math.imul(seed, 0x9e3779b1) ^ stream) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  x ^= x >>> 16;
  return x === 0 ? 1 : x;
}

/** Maps a state to a whole number of `from` to `to`, both included. */
export function pick(state: number, from: number, to: number): number {
  return from + Math.floor(((state >>> 0) / 2 ** 32) * (to - from + 1));
}
