import { type Bound, CAPACITY_SIGNALS, type Search, type Trial } from "@c10k-lab/protocol";
import type { Subject } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import { type Answer, type Found, type SearchSteps, type SearchStop, search } from "./search.ts";
import { durationOf, spaceOf } from "./search-space.ts";
import type { Question } from "./signals.ts";

/** Number of times a failed trial is made anew because other work took the processors. */
const DISTURBED_MAX = 2;

/** The search for one limit: says which value to try next, and keeps the trials. */
export class LimitSearch {
  readonly subject: Subject;
  readonly #plan: PlanToSearch;
  readonly #machine: MachineLimits;
  readonly #bound: Bound;
  readonly #steps: SearchSteps;
  #step: IteratorResult<number, Found>;
  /** Trials by value, in the order of trying. */
  readonly #trials = new Map<number, Trial[]>();
  /** Trials of the value under way that were disturbed. */
  #disturbed = 0;
  /** Trials that met the objective have been disproved since. */
  #isContradicted = false;

  constructor(subject: Subject, plan: PlanToSearch, machine: MachineLimits) {
    const { searched, range, variant } = subject;
    const { search: searchPlan, repeats } = plan;
    const facts = { searched, range, load: variant.load, precision: searchPlan.precision, repeats };
    const { space, bound } = spaceOf(facts, machine);
    this.subject = subject;
    this.#plan = plan;
    this.#machine = machine;
    this.#bound = bound;
    this.#steps = search(space);
    this.#step = this.#steps.next("interrupted"); // The first value is asked for: nothing is answered yet.
  }

  /** The value to try next; null when the search has ended. */
  get wanted(): number | null {
    return this.#step.done ? null : this.#step.value;
  }

  /** Number of trials of the value to try next, of the one under way too. */
  get trialsOfWanted(): number {
    return this.#trialsAt(this.wanted).length;
  }

  /** Returns whether the value to try next has a trial that counts in a cell. */
  isTriedIn(cell: string): boolean {
    return this.#trialsAt(this.wanted).some((trial) => trial.counts && trial.cell === cell);
  }

  /** Objective and load that a trial of the value to try next is judged by. */
  get question(): Question {
    const { searched, range, variant } = this.subject;
    return {
      objective: this.#plan.search.objective,
      searched,
      rate: searched === "rate" ? (this.wanted ?? 0) : range.fixed,
      durationMs: durationOf(variant.load),
      somaxconn: this.#machine.somaxconn,
    };
  }

  /**
   * Adds a trial of the value to try next. One that failed while other work took the processors does not count: the value
   * is to be tried again.
   *
   * @returns the trial as it is kept
   */
  add(trial: Trial, answer: Answer): Trial {
    const value = this.wanted;
    const isAgain = answer === "failed" && trial.disturbance !== null && this.#disturbed < DISTURBED_MAX;
    const kept = { ...trial, counts: !isAgain };
    if (value === null) return kept;
    this.#trials.set(value, [...this.#trialsAt(value), kept]);
    if (isAgain) {
      this.#disturbed++;
      return kept;
    }
    this.#disturbed = 0;
    this.#step = this.#steps.next(answer);
    return kept;
  }

  /** Ends the search, if it has not ended. */
  stop(ended: SearchStop): void {
    if (!this.#step.done) this.#step = this.#steps.next(ended);
  }

  /** Takes back that trials of a cell of the rate's search met the objective: the ledgers of its two sides differ. */
  disprove(cell: string): void {
    const asked = this.subject.range.fixed;
    const doubt = { reason: "ledgers" } as const;
    const signals = [{ signal: "failures", asked, outcomes: {}, incident: null, doubt } as const];
    for (const [value, trials] of this.#trials) {
      const isWrong = (trial: Trial) => trial.cell === cell && trial.met;
      if (!trials.some(isWrong)) continue;
      this.#isContradicted = true;
      const corrected = trials.map((trial) => (isWrong(trial) ? { ...trial, met: false, signals } : trial));
      this.#trials.set(value, corrected);
    }
  }

  /** Result of the search; null while it goes on. */
  get result(): Search | null {
    if (!this.#step.done) return null;
    const { group, variant, searched, range } = this.subject;
    const { ended, met, above, isAboveOutOfReach } = this.#step.value;
    const first = above === null ? null : this.#firstSignal(above);
    const bound = this.#bound;
    return {
      ...{ group, variant: variant.name, server: variant.server, searched },
      fixed: { connections: null, rate: null, [searched === "rate" ? "connections" : "rate"]: range.fixed },
      ended: this.#isContradicted ? "unsettled" : ended,
      met,
      ...(isAboveOutOfReach && above !== null
        ? {
            failed: null,
            first: null,
            bound: first ? { bound: "signal", value: above, signal: first } : bound,
          }
        : { failed: above, first, bound }),
      tries: [...this.#trials].map(([value, trials]) => ({ value, met: isMostlyMet(trials), trials })),
    };
  }

  #trialsAt(value: number | null): readonly Trial[] {
    return value === null ? [] : (this.#trials.get(value) ?? []);
  }

  /** Returns the first signal of the median trial, by the order of signals. */
  #firstSignal(value: number): Search["first"] {
    const firsts = this.#trialsAt(value)
      .filter(({ counts }) => counts)
      .flatMap(({ signals }) => signals.slice(0, 1))
      .toSorted((a, b) => CAPACITY_SIGNALS.indexOf(a.signal) - CAPACITY_SIGNALS.indexOf(b.signal));
    return firsts[Math.floor((firsts.length - 1) / 2)] ?? null;
  }
}

function isMostlyMet(trials: readonly Trial[]): boolean {
  const counted = trials.filter(({ counts }) => counts);
  return 2 * counted.filter(({ met }) => met).length > counted.length;
}
