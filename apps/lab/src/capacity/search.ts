import type { SearchEnd } from "@c10k-lab/protocol";

/** What one run at one value showed. */
export type Answer =
  | "met"
  | "failed"
  /** The means to try it ended before the server did: it says nothing about the server. */
  | "out-of-reach";

/** Where a search looks, and how closely. All values are whole. */
export interface SearchSpace {
  /** It begins here, */
  readonly from: number;
  /** goes up to here, */
  readonly to: number;
  /** and down to here where `from` fails. */
  readonly smallest: number;
  /** The ends of the interval differ by this share at most: 0.1 tells 1,000 from 1,101. */
  readonly precision: number;
  /** Runs of either end of the interval. */
  readonly repeats: number;
}

export interface Found {
  readonly ended: SearchEnd;
  /** The largest value most runs of which met; null when there is none. */
  readonly met: number | null;
  /** The smallest value above it most runs of which did not; null when there is none. */
  readonly above: number | null;
  /** Whether that is because it could not be tried. */
  readonly isAboveOutOfReach: boolean;
}

/**
 * Looks for the largest value that is met: from the start it doubles until one is not, or halves until one is, then
 * halves the interval between the two, then repeats its ends. Where repeats speak against what the first run said the
 * search goes on from there, so that one run cannot pin a boundary.
 *
 * @param probe runs a value; null when it was interrupted
 */
export async function search(
  space: SearchSpace,
  probe: (value: number) => Promise<Answer | null>,
): Promise<Found> {
  const tally = new Tally();
  const most = mostRuns(space);
  for (let runs = 0; ; runs++) {
    const value = nextValue(space, tally);
    if (value === null) return { ...tally.found, ended: endOf(tally) };
    if (runs === most) return { ...tally.found, ended: "unsettled" };
    const answer = await probe(value);
    if (answer === null) return { ...tally.found, ended: "interrupted" };
    tally.add(value, answer);
  }
}

/** How many runs a search takes whose runs do not contradict each other, at most. */
export function expectedRuns({ from, to, smallest, precision, repeats }: SearchSpace): number {
  const steps = Math.max(Math.log2(to / from), Math.log2(from / smallest));
  return Math.ceil(steps) + Math.ceil(Math.log2(1 / precision)) + 2 * (repeats + 1);
}

/** Runs that go on contradicting each other end it here. */
export function mostRuns(space: SearchSpace): number {
  return 2 * expectedRuns(space);
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

/** What all runs have said so far. */
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

  /** The end of the interval with fewer runs, as long as it has not all its runs, or they are divided. */
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
    const runs = this.#of(value).length;
    return runs >= repeats && 2 * this.#count(value, "met") !== runs;
  }
}
