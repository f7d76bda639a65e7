import {
  type Bound,
  CAPACITY_SIGNALS,
  type RepetitionResult,
  type Search,
  type Searched,
  type Trial,
} from "@c10k-lab/protocol";
import { type Cell, cellAt, fixLoad } from "../plan/cells.ts";
import type { Plan, SearchPlan, SearchRange, Variant } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { LabSession } from "../session/lab-session.ts";
import { type Answer, type Found, search } from "./search.ts";
import type { SearchProgress } from "./search-progress.ts";
import { durationOf, spaceOf } from "./search-space.ts";
import { type Question, trialOf } from "./signals.ts";
import { unsentAtTheEnd } from "./unsent.ts";

/** Number of times a failed repetition is made anew because other work took the processors. */
const DISTURBED_MAX = 2;

/** One variant, and the quantity whose limit is searched. */
export interface Subject {
  readonly plan: Plan;
  readonly group: string | null;
  readonly variant: Variant;
  readonly searched: Searched;
  readonly search: SearchPlan;
  readonly range: SearchRange;
}

/** The search for one limit, as cells. */
export class LimitSearch {
  readonly #subject: Subject;
  readonly #session: LabSession;
  readonly #machine: MachineLimits;
  readonly #progress: SearchProgress;
  /** Trials by value, in the order of trying. */
  readonly #trials = new Map<number, Trial[]>();
  #error: unknown = null;

  constructor(subject: Subject, session: LabSession, machine: MachineLimits, progress: SearchProgress) {
    this.#subject = subject;
    this.#session = session;
    this.#machine = machine;
    this.#progress = progress;
  }

  /** The error that ended the search early; null after an interruption or a normal end. */
  get error(): unknown {
    return this.#error;
  }

  /** Runs the search. Returns what was found, also when it ended early. */
  async run(): Promise<Search> {
    const {
      searched,
      range,
      variant,
      search: plan,
      plan: { repeats },
    } = this.#subject;
    const { space, bound } = spaceOf(
      { searched, range, load: variant.load, precision: plan.precision, repeats },
      this.#machine,
    );
    const found = await search(space, async (value) => {
      try {
        return await this.#probe(value);
      } catch (error) {
        this.#error = error;
        return null;
      }
    });
    return this.#result(found, bound);
  }

  async #probe(value: number): Promise<Answer | null> {
    const { variant, searched } = this.#subject;
    const trials = this.#trials.getOrInsertComputed(value, () => []);
    for (let disturbed = 0; ; disturbed++) {
      if (this.#session.isInterrupted) return null;
      const cell = await this.#session.runCell(this.#cellAt(value, trials.length + 1), this.#progress);
      if (cell.status === "interrupted") return null;
      const { trial, answer } = await this.#judge(cell, this.#question(value));
      const isAgain = answer === "failed" && trial.disturbance !== null && disturbed < DISTURBED_MAX;
      const kept = { ...trial, counts: !isAgain };
      trials.push(kept);
      this.#progress.tried(variant.name, searched, value, kept);
      if (!isAgain) return answer;
    }
  }

  async #judge(cell: RepetitionResult, question: Question) {
    const unsent = cell.client?.achieved.unsent ?? 0;
    const folder = this.#session.folder.cellFolder(cell.id);
    return trialOf(cell, question, unsent === 0 ? 0 : await unsentAtTheEnd(folder, question));
  }

  #cellAt(value: number, run: number): Cell {
    const { plan, group, variant, searched, range } = this.#subject;
    return cellAt(
      // More than one repeat: the number of the run is part of its name.
      { axis: searched, repeats: Number.POSITIVE_INFINITY, cutoffMs: plan.cutoffMs },
      {
        group: [group, searched].filter((part) => part !== null).join(", "),
        variant: fixLoad(variant, searched, range.fixed),
        step: { x: value, text: String(value), place: `search.${searched}` },
        clients: plan.clients[0] ?? 1,
        repeat: run,
      },
    );
  }

  #question(value: number): Question {
    const { searched, range, search: plan, variant } = this.#subject;
    const rate = searched === "rate" ? value : range.fixed;
    return {
      ...{ objective: plan.objective, searched, rate, durationMs: durationOf(variant.load) },
      somaxconn: this.#machine.somaxconn,
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
