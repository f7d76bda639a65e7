import {
  CAPACITY_SIGNALS,
  type CellResult,
  type Search,
  type Searched,
  type Trial,
} from "@c10k-lab/protocol";
import { type Cell, cellAt, stepOf } from "../plan/cells.ts";
import type { Load, Plan, SearchPlan, SearchRange, Variant } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { LabSession } from "../session/lab-session.ts";
import { type Answer, type Found, search } from "./search.ts";
import type { SearchProgress } from "./search-progress.ts";
import { type Bound, durationOf, spaceOf } from "./search-space.ts";
import { type Question, trialOf } from "./signals.ts";
import { unsentAtTheEnd } from "./unsent.ts";

/** How often a failed run is made anew because other work took the processors; after that it counts. */
const DISTURBED_MAX = 2;

/** One variant, and in which direction its limit is searched. */
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
  /** In the order of trying. */
  readonly #trials = new Map<number, Trial[]>();
  #error: unknown = null;

  constructor(subject: Subject, session: LabSession, machine: MachineLimits, progress: SearchProgress) {
    this.#subject = subject;
    this.#session = session;
    this.#machine = machine;
    this.#progress = progress;
  }

  /** What ended it before its time, other than an interruption; null when nothing did. */
  get error(): unknown {
    return this.#error;
  }

  /** Whatever ends it, what was found by then is returned. */
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
      const isAgain = answer === "failed" && trial.disturbed !== null && disturbed < DISTURBED_MAX;
      const kept = { ...trial, counts: !isAgain };
      trials.push(kept);
      this.#progress.tried(variant.name, searched, value, kept);
      if (!isAgain) return answer;
    }
  }

  async #judge(cell: CellResult, question: Question) {
    const unsent = cell.client?.achieved.unsent ?? 0;
    const folder = this.#session.folder.cellFolder(cell.id);
    return trialOf(cell, question, unsent === 0 ? 0 : await unsentAtTheEnd(folder, question));
  }

  #cellAt(value: number, run: number): Cell {
    const { plan, group, variant, searched } = this.#subject;
    return cellAt(
      // More than one repeat: the number of the run is part of its name.
      { axis: searched, repeats: Number.POSITIVE_INFINITY, cutoffMs: plan.cutoffMs },
      {
        group: [group, searched].filter((part) => part !== null).join(", "),
        variant: { ...variant, load: this.#load() },
        step: stepOf(searched, String(value)),
        clients: plan.clients[0] ?? 1,
        repeat: run,
      },
    );
  }

  #load(): Load {
    const { variant, searched, range } = this.#subject;
    const fixed = String(range.fixed);
    return { ...variant.load, ...(searched === "connections" ? { rate: fixed } : { connections: fixed }) };
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
        ? { failed: null, first: null, bound: { value: above, sentence: first?.sentence ?? bound.sentence } }
        : { failed: above, first, bound }),
      tries: [...this.#trials]
        .filter(([, trials]) => trials.length > 0)
        .map(([value, trials]) => ({ value, met: isMostlyMet(trials), trials })),
    };
  }

  /** Of the run in the middle, where the runs are put in the order of their signals. */
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
