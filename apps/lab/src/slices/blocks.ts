import type { ProcessCounts } from "@c10k-lab/process";
import type { Slice } from "@c10k-lab/protocol";
import { countActive } from "../plan/cells.ts";
import { shuffled } from "../plan/random.ts";
import { judgeSlice } from "./disturbances.ts";
import type { Stand, TurnTimes } from "./stand.ts";
import { describeSlice, type Turn } from "./turn.ts";

/**
 * Turns of a slice. Eight of 15 ms scatter no less, and the lab's own work at their ends, a millisecond each, then takes 8 % of
 * a processor instead of 5.
 */
const TURNS = 4;
/** Turns have at least this length, and so many messages on each active connection. */
const DURATION_MIN_MS = 30;
const DURATION_MAX_MS = 500;
const MESSAGES_EACH = 2;
const SETTLE_MIN_MS = 5;
/** The first turn of a stand is not kept: server and client warm up in it, and its rate gives the others their length. */
const WARM_UP: TurnTimes = { settleMs: 100, durationMs: 200 };

/** Blocks of slices on stands that are up together: one slice of each, in turns of random order. */
export class Blocks {
  readonly #stands: readonly Stand[];
  readonly #seed: number;
  readonly #times = new Map<Stand, TurnTimes>();
  readonly #deadlineMs: number;
  #block = 0;
  #rounds = 0;

  /**
   * @param seed of the order of the turns
   * @param deadlineMs time, on performance.now(), after which no turn begins
   */
  constructor(stands: readonly Stand[], seed: number, deadlineMs = Number.POSITIVE_INFINITY) {
    this.#stands = stands;
    this.#seed = seed;
    this.#deadlineMs = deadlineMs;
  }

  /** Warms up every stand. */
  async warmUp(): Promise<void> {
    for (const stand of this.#stands) {
      if (this.#isOver) return;
      const turn = await stand.measure(WARM_UP, this.#waiting(stand));
      const perSecond = turn === null ? 0 : (1e6 * turn.steady.messages) / turn.steady.elapsedUs;
      this.#times.set(stand, timesAt(perSecond, countActive(stand.cell)));
      await stand.sampleCalls();
    }
  }

  /** Time that a block takes, ms. */
  get blockMs(): number {
    const turns = [...this.#times.values()];
    // After a turn, messages in flight come back as long as the first ones took.
    return TURNS * turns.reduce((sum, { settleMs, durationMs }) => sum + 2 * settleMs + durationMs, 0);
  }

  /** Measures one block. Disturbed slices are measured once more at the end of the block. */
  async measure(): Promise<void> {
    this.#block++;
    const disturbed = await this.#measureSlices(this.#stands, 1);
    await this.#measureSlices(disturbed, this.#stands.length + 1);
  }

  /** Measures one slice of each stand. @returns the stands whose slices do not count */
  async #measureSlices(stands: readonly Stand[], firstPlace: number): Promise<Stand[]> {
    const order = this.#shuffle(stands);
    const turns = new Map<Stand, Turn[]>(order.map((stand) => [stand, []]));
    for (let round = 0; round < TURNS; round++) {
      for (const stand of round === 0 ? order : this.#shuffle(stands)) {
        if (this.#isOver) return [];
        const turn = await stand.measure(this.#times.get(stand) ?? WARM_UP, this.#waiting(stand));
        if (turn !== null) turns.get(stand)?.push(turn);
      }
    }
    return [...turns].flatMap(([stand, own], index) => {
      // A client or server that has gone has fewer turns.
      if (own.length < TURNS) return [];
      const place = { block: this.#block, place: firstPlace + index };
      return this.#keep(stand, describeSlice(place, own, stand.isSeen)) ? [] : [stand];
    });
  }

  /** @returns whether the slice counts */
  #keep(stand: Stand, slice: Slice): boolean {
    const disturbances = [...slice.disturbances, ...judgeSlice(slice, stand.slices)];
    stand.slices.push({ ...slice, disturbances });
    return disturbances.length === 0;
  }

  #shuffle(stands: readonly Stand[]): readonly Stand[] {
    return shuffled(stands, this.#seed + ++this.#rounds);
  }

  get #isOver(): boolean {
    return performance.now() > this.#deadlineMs;
  }

  #waiting(measured: Stand): ProcessCounts[] {
    return this.#stands.filter((stand) => stand !== measured).flatMap(({ processes }) => processes);
  }
}

/** Returns the times of turns that give each active connection enough messages. */
function timesAt(messagesPerSecond: number, active: number): TurnTimes {
  const roundMs = messagesPerSecond === 0 ? DURATION_MAX_MS : (1000 * active) / messagesPerSecond;
  return {
    settleMs: Math.max(SETTLE_MIN_MS, roundMs),
    durationMs: Math.min(DURATION_MAX_MS, Math.max(DURATION_MIN_MS, MESSAGES_EACH * roundMs)),
  };
}
