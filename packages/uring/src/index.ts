/** io_uring(7) for TypeScript. Lengths are in bytes, results are ≥ 0 or negative error numbers, as in the kernel. */

export { BufferRing } from "./buffer-ring.ts";
export { mapPages } from "./memory.ts";
export { openRing, Ring, type RingOptions } from "./ring.ts";
export { Slots } from "./slots.ts";
