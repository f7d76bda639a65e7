/** Operations, in the low bits of the high word of user data. The low word is the descriptor, the rest a generation. */
export const RECEIVE = 0;
export const SEND = 1;
export const ACCEPT = 2;
export const WAKE = 3;
export const CANCEL = 4;

const BITS = 3;

/** Returns the high word of user data. */
export function encode(operation: number, generation: number): number {
  return (generation << BITS) | operation;
}

export function operationOf(high: number): number {
  return high & ((1 << BITS) - 1);
}

/** Returns the generation, of which 29 bits are kept. */
export function generationOf(high: number): number {
  return high >>> BITS;
}

/** Returns the generation after `generation`. */
export function nextGeneration(generation: number): number {
  return (generation + 1) & (2 ** (32 - BITS) - 1);
}
