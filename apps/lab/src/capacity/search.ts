import type { SearchEnd } from "@c10k-lab/protocol";

/** The result of one trial of a value. */
export type Answer =
  | "met"
  | "failed"
  /** The client or the machine reached a limit before the server: the server's limit remains unknown. */
  | "out-of-reach";

/** Range and precision of a search. All values are whole. */
export interface SearchSpace {
  /** First value tried. */
  readonly from: number;
  /** Largest value tried. */
  readonly to: number;
  /** Smallest value tried, when `from` fails. */
  readonly smallest: number;
  /** Largest relative difference between the ends of the interval: with 0.1, 1,000 and 1,100 are close enough. */
  readonly precision: number;
  /** Trials at each end of the interval. */
  readonly repeats: number;
}

export interface Found {
  readonly ended: SearchEnd;
  /** Largest value at which most trials met the objective; null when there is none. */
  readonly met: number | null;
  /** Smallest value above `met` at which most trials did not; null when there is none. */
  readonly above: number | null;
  /** True when `above` could not be tried. */
  readonly isAboveOutOfReach: boolean;
}

/** Ends of a search from outside. */
export type SearchStop = Extract<SearchEnd, "out-of-time" | "interrupted">;

/** Steps of a search: it yields the value to try next and takes the answer, or its end. */
export type SearchSteps = Generator<number, Found, Answer | SearchStop>;

/**
 * Searches the largest value that is met. Doubles the start value until one fails, or halves it until one is met. Then
 * bisects the interval between the two, and repeats its ends. When the trials contradict the first result the
 * search continues from there, so one trial cannot decide a boundary.
 */
export function* search(space: SearchSpace): SearchSteps {
  const tally = new Tally();
  // The machine, or the load, leaves room for nothing: there is no value to try.
  if (space.to < 1) return { ...tally.found, ended: "unsettled" };
  const most = mostTrials(space);
  for (let trials = 0; ; trials++) {
    const value = nextValue(space, tally);
    if (value === null) return { ...tally.found, ended: endOf(tally) };
    if (trials === most) return { ...tally.found, ended: "unsettled" };
    const answer = yield value;
    if (answer === "out-of-time" || answer === "interrupted") return { ...tally.found, ended: answer };
    tally.add(value, answer);
  }
}

/** Returns the largest number of trials that a search without contradictions takes. */
export function expectedTrials({ from, to, smallest, precision, repeats }: SearchSpace): number {
  const steps = Math.max(Math.log2(to / from), Math.log2(from / smallest));
  return Math.ceil(steps) + Math.ceil(Math.log2(1 / precision)) + 2 * (repeats + 1);
}

/** Returns the number of trials after which a search with contradictory results ends. */
export function mostTrials(space: SearchSpace): number {
  return 2 * expectedTrials(space);
}

function nextValue(space: SearchSpace, tally: Tally): number | null {
  const { from, to, smallest, precision, repeats } = space;
  const { met, above } = tally.found;
  if (met === null && above === null) return from;
  if (met === null && above !== null && above > smallest) return Math.max(smallest, Math.floor(above / 2));
  if (met !== null && above === null && met < to) return Math.min(to, met * 2);
  if (met !== null && above !== null && above - met > 1 && above / met > 1 + precision) {
    return Math.floor((met + above) / 2);
  }
  return tally.leastSettled(repeats);
}

function endOf({ found: { met, above, isAboveOutOfReach } }: Tally): SearchEnd {
  if (above !== null && !isAboveOutOfReach) return "boundary";
  return met === null ? "unsettled" : "bound";
}

/** The results of all trials so far. */
class Tally {
  readonly #answers = new Map<number, Answer[]>();

  add(value: number, answer: Answer): void {
    this.#answers.set(value, [...this.#of(value), answer]);
  }

  get found(): Omit<Found, "ended"> {
    const values = [...this.#answers.keys()].toSorted((a, b) => a - b);
    const met = values.findLast((value) => this.#isMet(value)) ?? null;
    const above = values.find((value) => value > (met ?? 0)) ?? null;
    return { met, above, isAboveOutOfReach: above !== null && this.#isOutOfReach(above) };
  }

  /**
   * Returns the end of the interval with fewer trials, as long as some are missing or they are tied; null when both
   * ends are settled.
   */
  leastSettled(repeats: number): number | null {
    const { met, above } = this.found;
    const open = [met, above].filter((value) => value !== null && !this.#isSettled(value, repeats));
    return open.toSorted((a, b) => this.#of(a ?? 0).length - this.#of(b ?? 0).length)[0] ?? null;
  }

  #of(value: number): Answer[] {
    return this.#answers.get(value) ?? [];
  }

  #count(value: number, answer: Answer): number {
    return this.#of(value).filter((one) => one === answer).length;
  }

  #isMet(value: number): boolean {
    return 2 * this.#count(value, "met") > this.#of(value).length;
  }

  #isOutOfReach(value: number): boolean {
    return this.#count(value, "out-of-reach") > this.#count(value, "failed");
  }

  #isSettled(value: number, repeats: number): boolean {
    const trials = this.#of(value).length;
    return trials >= repeats && 2 * this.#count(value, "met") !== trials;
  }
}
