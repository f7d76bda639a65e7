/** True when tests run at the sizes of the fault catalogue, as `npm run faults:full` asks. */
const IS_FULL = process.env.FULL_SIZES === "1";

/** Returns the size of a test: that of the catalogue takes too long for the gate. */
export function sizeOf(gate: number, full: number): number {
  return IS_FULL ? full : gate;
}

/** Bound of a test whose size varies, ms. */
export const SIZED_BOUND_MS = sizeOf(30_000, 600_000);
