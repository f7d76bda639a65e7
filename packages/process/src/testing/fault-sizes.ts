type Pair = readonly [gate: number, full: number];

/**
 * Sizes of tests by row of docs/FAULTS.md: that of the gate, and the fault catalogue's own, which takes minutes and is chosen
 * by FULL_SIZES=1, as in `npm run faults:full`.
 */
export const SIZE_PAIRS = {
  S1: { shortageMs: [1500, 5000] },
  S4: { failures: [3, 50] },
  S6: { queued: [50, 1000] },
  S7: { stormMs: [1000, 60_000] },
  S8: { overflowing: [20, 100], backlog: [4, 16], herd: [500, 10_000] },
  S10: { floodMiB: [16, 64] },
  S11: { deaf: [100, 200] },
  S14: { resets: [500, 10_000] },
  S18: { chunkings: [50, 10_000], lineMiB: [64, 1024] },
  S20: { idle: [5, 2000], idleMs: [500, 5000] },
  S22: { equals: [20, 100] },
  E4: { failures: [20, 100] },
  E5: { ready: [100, 10_000], batch: [8, 64], idleMs: [1000, 60_000] },
  T2: { blocked: [200, 5000] },
  T3: { clients: [50, 1000], workers: [8, 200] },
  T5: { visits: [1000, 100_000] },
  P1: { sending: [50, 5000], held: [300, 10_000] },
  P3: { restarts: [2, 50] },
  P4: { frozenMs: [1500, 10_000] },
  C2: { churn: [5000, 50_000] },
  C3: { connections: [400, 100_000] },
  C7: { messageMiB: [8, 100] },
  C8: { durationMs: [4000, 10_000], frozenMs: [800, 2000] },
  B1: { kills: [1, 50] },
  B8: { starts: [1, 50] },
  K5: { kills: [1, 20] },
} as const satisfies Record<string, Record<string, Pair>>;

type Sizes = {
  readonly [Row in keyof typeof SIZE_PAIRS]: { readonly [Name in keyof (typeof SIZE_PAIRS)[Row]]: number };
};

const IS_FULL = process.env.FULL_SIZES === "1";

function choose(pairs: Readonly<Record<string, Pair>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pairs).map(([name, [gate, full]]) => [name, IS_FULL ? full : gate]),
  );
}

/** Sizes of this run. */
export const SIZES = Object.fromEntries(
  Object.entries(SIZE_PAIRS).map(([row, pairs]) => [row, choose(pairs)]),
) as Sizes;

/** Bound of a test that has a size, and of the end of its server, ms. */
export const SIZED_BOUND_MS = IS_FULL ? 900_000 : 120_000;
export const SIZED_STOP_BOUND_MS = IS_FULL ? 180_000 : 20_000;
