/**
 * Returns a function that draws numbers from 0 to 1, without 1 (mulberry32). Equal seeds give equal numbers, so that equal
 * results make equal reports; draws that must be independent of each other take different seeds.
 */
export function seedGenerator(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
