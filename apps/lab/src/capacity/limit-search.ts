import { type Bound, CAPACITY_SIGNALS, type Search, type Trial } from "@c10k-lab/protocol";
import { type Cell, cellAt, type Subject, searchedPlace } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { LabSession } from "../session/lab-session.ts";
import { type Answer, type Found, search } from "./search.ts";
import type { SearchProgress } from "./search-progress.ts";
import { durationOf, spaceOf } from "./search-space.ts";
import { judgeTrial, type Question } from "./signals.ts";

/** Number of times a failed repetition is made anew because other work took the processors. */
const DISTURBED_MAX = 2;

/** A plan with a search, and everything that its repetitions are run with. */
interface SearchContext {
  readonly plan: PlanToSearch;
  readonly session: LabSession;
  readonly machine: MachineLimits;
  readonly progress: SearchProgress;
}

/** The search for one limit, as cells. */
export class LimitSearch {
  readonly #subject: Subject;
  readonly #context: SearchContext;
  /** Trials by value, in the order of trying. */
  readonly #trials = new Map<number, Trial[]>();
  /** The error that ended the search early; null after an interruption or a normal end. */
  error: unknown = null;

  constructor(subject: Subject, context: SearchContext) {
    this.#subject = subject;
    this.#context = context;
  }

  /** Runs the search. Returns what was found, also when it ended early. */
  async run(): Promise<Search> {
    const { searched, range, variant } = this.#subject;
    const { search: searchPlan, repeats } = this.#context.plan;
    const facts = { searched, range, load: variant.load, precision: searchPlan.precision, repeats };
    const { space, bound } = spaceOf(facts, this.#context.machine);
    const found = await search(space, async (value) => {
      try {
        return await this.#probe(value);
      } catch (error) {
        this.error = error;
        return null;
      }
    });
    return this.#result(found, bound);
  }

  async #probe(value: number): Promise<Answer | null> {
    const { session, progress } = this.#context;
    const { variant, searched } = this.#subject;
    const trials = this.#trials.getOrInsertComputed(value, () => []);
    for (let disturbed = 0; ; disturbed++) {
      if (session.isInterrupted) return null;
      const cell = await session.runCell(this.#cellAt(value, trials.length + 1), progress);
      if (cell.status === "interrupted") return null;
      const { trial, answer } = judgeTrial(cell, this.#question(value));
      const isAgain = answer === "failed" && trial.disturbance !== null && disturbed < DISTURBED_MAX;
      const kept = { ...trial, counts: !isAgain };
      trials.push(kept);
      progress.tried(variant.name, searched, value, kept);
      if (!isAgain) return answer;
    }
  }

  #cellAt(value: number, repeat: number): Cell {
    const { cutoffMs, clients } = this.#context.plan;
    return cellAt(
      // More than one repeat: the number of the run is part of its name.
      { axis: this.#subject.searched, repeats: Number.POSITIVE_INFINITY, cutoffMs },
      { ...searchedPlace(this.#subject, value), clients: clients[0] ?? 1, repeat },
    );
  }

  #question(value: number): Question {
    const { searched, range, variant } = this.#subject;
    const { plan, machine } = this.#context;
    return {
      objective: plan.search.objective,
      searched,
      rate: searched === "rate" ? value : range.fixed,
      durationMs: durationOf(variant.load),
      somaxconn: machine.somaxconn,
    };
  }

  #result({ ended, met, above, isAboveOutOfReach }: Found, bound: Bound): Search {
    const { group, variant, searched, range } = this.#subject;
    const first = above === null ? null : this.#firstSignal(above);
    return {
      ...{ group, variant: variant.name, server: variant.server, searched },
      fixed: { connections: null, rate: null, [searched === "rate" ? "connections" : "rate"]: range.fixed },
      ...{ ended, met },
      ...(isAboveOutOfReach && above !== null
        ? {
            failed: null,
            first: null,
            bound: first ? { bound: "signal", value: above, signal: first } : bound,
          }
        : { failed: above, first, bound }),
      tries: [...this.#trials]
        .filter(([, trials]) => trials.length > 0)
        .map(([value, trials]) => ({ value, met: isMostlyMet(trials), trials })),
    };
  }

  /** Returns the first signal of the median repetition, by the order of signals. */
  #firstSignal(value: number): Search["first"] {
    const firsts = (this.#trials.get(value) ?? [])
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
