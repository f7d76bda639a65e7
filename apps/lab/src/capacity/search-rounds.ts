import { cellAt, isMeasuredInSlices, searchedPlace } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import { shuffled } from "../plan/random.ts";
import type { LabSession } from "../session/lab-session.ts";
import type { LimitSearch } from "./limit-search.ts";
import { RateStart } from "./rate-start.ts";
import type { SearchProgress } from "./search-progress.ts";
import { judgeTrial } from "./signals.ts";

/**
 * Runs the searches for one quantity side by side: in each round every variant tries one value, in random order, so that
 * what drifts, drifts for all. Rates are tried in slices. A number of connections is tried whole, with a new server and
 * client, because a client opens its connections once.
 */
export class SearchRounds {
  readonly #session: LabSession;
  readonly #plan: PlanToSearch;
  readonly #progress: SearchProgress;
  readonly #isSliced: boolean;
  /** Searches whose next value is tried whole, because no slice could be. */
  readonly #refused = new Set<LimitSearch>();
  #deadlineMs = Number.POSITIVE_INFINITY;
  #starts = 0;
  #rounds = 0;

  /** @param isSliced the lab can direct the clients */
  constructor(session: LabSession, plan: PlanToSearch, progress: SearchProgress, isSliced: boolean) {
    this.#session = session;
    this.#plan = plan;
    this.#progress = progress;
    this.#isSliced = isSliced;
  }

  /**
   * Runs searches until all have ended, or the time is over.
   *
   * @param deadlineMs on performance.now()
   * @param keep called after each round and each start
   * @throws EngineTrouble when no further cell can be run, or none makes sense
   */
  async run(limits: readonly LimitSearch[], deadlineMs: number, keep: () => void): Promise<void> {
    this.#deadlineMs = deadlineMs;
    try {
      for (;;) {
        const open = limits.filter(({ wanted }) => wanted !== null);
        if (open.length === 0 || this.#isOver()) return;
        await this.#runRound(open);
        keep();
      }
    } finally {
      const isOutOfTime = this.#isOver() && !this.#session.isInterrupted;
      for (const limit of limits) limit.stop(isOutOfTime ? "out-of-time" : "interrupted");
      keep();
    }
  }

  #isOver = (): boolean => this.#session.isInterrupted || performance.now() > this.#deadlineMs;

  async #runRound(open: readonly LimitSearch[]): Promise<void> {
    const sliced = open.filter((limit) => this.#isTriedInSlices(limit));
    if (sliced.length > 0) {
      const start = new RateStart(this.#session, this.#plan, this.#progress, ++this.#starts, this.#isOver);
      await start.run(sliced);
      for (const limit of start.refused) this.#refused.add(limit);
    }
    const whole = open.filter((limit) => limit.wanted !== null && !this.#isTriedInSlices(limit));
    for (const limit of shuffled(whole, 1000 * this.#plan.seed + ++this.#rounds)) await this.#tryWhole(limit);
  }

  #isTriedInSlices(limit: LimitSearch): boolean {
    return this.#isSliced && isMeasuredInSlices(limit.subject) && !this.#refused.has(limit);
  }

  /** Tries a value with a new server and new clients, from their start to their end. */
  async #tryWhole(limit: LimitSearch): Promise<void> {
    const { subject, question, wanted } = limit;
    if (this.#isOver() || wanted === null) return;
    const { cutoffMs, clients } = this.#plan;
    const cell = cellAt(
      // More than one repeat: the number of the repetition is part of its name.
      { axis: subject.searched, repeats: Number.POSITIVE_INFINITY, cutoffMs },
      { ...searchedPlace(subject, wanted), clients: clients[0] ?? 1, repeat: limit.trialsOfWanted + 1 },
    );
    const result = await this.#session.runCell(cell, this.#progress);
    if (result.status === "interrupted") return;
    const { trial, answer } = judgeTrial(result, question);
    this.#refused.delete(limit);
    this.#progress.tried(subject, wanted, limit.add(trial, answer));
  }
}
