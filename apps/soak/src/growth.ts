import { type Interval, median, medianInterval } from "@c10k-lab/inference";

/** Resources that a server holds at a moment. */
export interface Sample {
  readonly memoryKiB: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly closeWait: number;
  /** Median response time of the honest clients since the last sample; null without a response. */
  readonly responseMs: number | null;
}

type Quantity = keyof Sample;

/** Growth from the first half of a life to the second that is no leak: allocators and clients come and go. */
const TOLERANCES: Readonly<Record<Quantity, number>> = {
  memoryKiB: 16 * 1024,
  descriptors: 5,
  threads: 5,
  closeWait: 5,
  responseMs: 20,
};
const QUANTITIES = Object.keys(TOLERANCES) as Quantity[];

/** Part of a life in which code is compiled and pools fill. */
const WARM_UP = 1 / 3;

export interface Growth {
  readonly quantity: Quantity;
  /** Median of the second half of the life after the warm-up. */
  readonly level: number;
  readonly growth: number;
  /** null from too few samples. */
  readonly interval: Interval | null;
  readonly isLeak: boolean;
}

/** Returns how each quantity grew from the first half of a life, after the warm-up, to the second. */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const kept = samples.slice(Math.floor(samples.length * WARM_UP));
  const half = Math.floor(kept.length / 2);
  return QUANTITIES.map((quantity) => {
    const values = kept.map((sample) => sample[quantity]);
    const pairs = values.slice(0, half).flatMap((before, index) => {
      const after = values[values.length - half + index] ?? null;
      return before === null || after === null ? [] : [after - before];
    });
    const interval = medianInterval(pairs);
    const growth = median(pairs) ?? 0;
    const late = values.slice(-half).filter((value) => value !== null);
    const isLeak = (interval?.low ?? 0) > 0 && growth > TOLERANCES[quantity];
    return { quantity, level: median(late) ?? 0, growth, interval, isLeak };
  });
}
