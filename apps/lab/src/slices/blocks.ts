import type { ProcessCounts } from "@c10k-lab/process";
import type { Slice } from "@c10k-lab/protocol";
import { countActive } from "../plan/cells.ts";
import { shuffled } from "../plan/random.ts";
import { judgeSlice } from "./disturbances.ts";
import type { SliceTimes, Stand } from "./stand.ts";

/** Slices have at least this length, and so many messages on each active connection. */
const DURATION_MIN_MS = 100;
const DURATION_MAX_MS = 2000;
const MESSAGES_EACH = 6;
const SETTLE_MIN_MS = 10;
/** The first slice of a stand is not kept: server and client warm up in it, and its rate gives the others their length. */
const WARM_UP: SliceTimes = { settleMs: 100, durationMs: 200 };

/** Slice in which the system calls of a foreign server are counted. */
const SAMPLE: SliceTimes = { settleMs: 20, durationMs: 200 };

/** Blocks of slices on stands that are up together: one slice of each, in random order. */
export class Blocks {
  readonly #stands: readonly Stand[];
  readonly #seed: number;
  readonly #times = new Map<Stand, SliceTimes>();
  #block = 0;

  /** @param seed of the order in the blocks */
  constructor(stands: readonly Stand[], seed: number) {
    this.#stands = stands;
    this.#seed = seed;
  }

  /** Warms up every stand. */
  async warmUp(): Promise<void> {
    for (const stand of this.#stands) {
      const slice = await stand.measure({ block: 0, place: 0 }, WARM_UP, this.#waiting(stand));
      this.#times.set(stand, timesAt(slice?.messagesPerSecond ?? 0, countActive(stand.cell)));
      // The number of calls a message takes does not change from start to start.
      if (stand.cell.foreign && stand.cell.repetition === 1) await stand.sampleCalls(SAMPLE);
    }
  }

  /** Time that a block takes, ms. */
  get blockMs(): number {
    return [...this.#times.values()].reduce(
      (sum, { settleMs, durationMs }) => sum + settleMs + durationMs,
      0,
    );
  }

  /** Measures one block. A disturbed slice is measured once more at the end of the block. */
  async measure(): Promise<void> {
    this.#block++;
    const stands = shuffled([...this.#stands], this.#seed + this.#block);
    const disturbed: Stand[] = [];
    for (const [index, stand] of stands.entries()) {
      if (!(await this.#measure(stand, index + 1))) disturbed.push(stand);
    }
    for (const stand of disturbed) await this.#measure(stand, stands.length + 1);
  }

  /** Measures one slice. @returns whether it counts */
  async #measure(stand: Stand, place: number): Promise<boolean> {
    const times = this.#times.get(stand) ?? WARM_UP;
    const slice = await stand.measure({ block: this.#block, place }, times, this.#waiting(stand));
    if (slice === null) return true;
    const judged: Slice = {
      ...slice,
      disturbances: [...slice.disturbances, ...judgeSlice(slice, stand.slices)],
    };
    stand.slices.push(judged);
    return judged.disturbances.length === 0;
  }

  #waiting(measured: Stand): ProcessCounts[] {
    return this.#stands.filter((stand) => stand !== measured).flatMap(({ processes }) => processes);
  }
}

/** Returns the times of slices that give each active connection enough messages. */
function timesAt(messagesPerSecond: number, active: number): SliceTimes {
  const roundMs = messagesPerSecond === 0 ? DURATION_MAX_MS : (1000 * active) / messagesPerSecond;
  return {
    settleMs: Math.max(SETTLE_MIN_MS, roundMs),
    durationMs: Math.min(DURATION_MAX_MS, Math.max(DURATION_MIN_MS, MESSAGES_EACH * roundMs)),
  };
}
