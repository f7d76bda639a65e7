/** States of a processor hold, as both threads see them. */
export const HOLD = { free: 0, wanted: 1, held: 2 } as const;
