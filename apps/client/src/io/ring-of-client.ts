import { openRing, type Ring } from "@c10k-lab/uring";

/** Operations that are written before the kernel is entered; a turn that writes more enters it more often. */
export const RING_ENTRIES = 4096;
/** Completions that fit: those of a turn's operations, and bytes that arrive meanwhile. */
const COMPLETIONS = 16_384;

/** @throws Error with a sentence and the remedy where io_uring is off */
export function openRingOfClient(): Ring {
  return openRing({
    user: "client --io uring",
    entries: RING_ENTRIES,
    completions: COMPLETIONS,
    isDeferred: true,
  });
}

/** Returns why this process cannot have a ring; null when it can. */
export function explainRing(): string | null {
  try {
    openRingOfClient().close();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
