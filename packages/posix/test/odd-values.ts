/** Values that no native function may trust: wrong types, odd numbers, and memory that is gone, short, shared or resizable. */

const LENGTH = 16;

function detached(): Uint8Array {
  const array = new Uint8Array(LENGTH);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** An array that followed its buffer's length, or had one of its own, when the buffer shrank. */
function shrunk(length?: number): Uint8Array {
  const buffer = new ArrayBuffer(4096, { maxByteLength: 8192 });
  const array = new Uint8Array(buffer, 8, length);
  buffer.resize(length === undefined ? 12 : 4);
  return array;
}

function grown(): Int32Array {
  const buffer = new SharedArrayBuffer(8, { maxByteLength: 64 });
  const array = new Int32Array(buffer);
  buffer.grow(64);
  return array;
}

const NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0.5,
  1.5,
  -1,
  -(2 ** 31),
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e300,
  1_000_000,
];
/** Numbers that are good lengths and offsets. As descriptors they would be this process's own. */
export const SMALL = [0, 1, 7, LENGTH, LENGTH + 1];

const MAKERS: readonly (() => unknown)[] = [
  ...[undefined, null, true, "", "127.0.0.1", "text\0text", "x".repeat(70_000), 1n, 2n ** 70n].map(
    (value) => () => value,
  ),
  ...NUMBERS.map((value) => () => value),
  () => Symbol("s"),
  () => ({}),
  () => [1, 2],
  () => () => 0,
  () => new DataView(new ArrayBuffer(LENGTH)),
  () => new ArrayBuffer(LENGTH),
  () => new Proxy(new Uint8Array(LENGTH), {}),
  () => new Uint8Array(0),
  () => new Uint8Array(LENGTH),
  () => new Uint8Array(64).subarray(1, 18),
  () => new Int16Array(3),
  () => new Int32Array(LENGTH),
  () => new Int32Array(64),
  () => new Float64Array(2),
  () => new Float64Array(new SharedArrayBuffer(64)),
  () => new Int32Array(new SharedArrayBuffer(8)),
  () => new BigInt64Array(2),
  () => Buffer.alloc(LENGTH),
  detached,
  shrunk,
  () => shrunk(64),
  grown,
];

/** Returns a source of odd values. The same seed yields the same values. */
export function oddValues(seed: number): { below(bound: number): number; value(): unknown } {
  let state = seed;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return {
    below,
    value: () => (below(4) === 0 ? SMALL[below(SMALL.length)] : MAKERS[below(MAKERS.length)]?.()),
  };
}
