import { SEARCHED, type Search } from "@c10k-lab/protocol";
import { isMeasuredInSlices, subjectsOf } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { LabSession } from "../session/lab-session.ts";
import { LimitSearch } from "./limit-search.ts";
import { expectedTrials } from "./search.ts";
import { SearchProgress } from "./search-progress.ts";
import { SearchRounds } from "./search-rounds.ts";

/** The report is written within the budget, too. */
const REPORT_MS = 10_000;

/** Returns the expected number of repetitions. The actual number depends on the results. */
export function expectedCells(plan: PlanToSearch, isSliced: boolean): number {
  const { search, repeats } = plan;
  return subjectsOf(plan)
    .map((subject) => {
      const { range } = subject;
      // A start measures all rates of a variant.
      if (isSliced && isMeasuredInSlices(subject)) return repeats;
      return expectedTrials({ ...range, smallest: range.from, precision: search.precision, repeats });
    })
    .reduce((a, b) => a + b, 0);
}

/**
 * Searches every limit of a plan: first those of the connections, side by side, then those of the rates. Writes
 * `capacity.json` again after each round.
 *
 * @param isSliced the lab can direct the clients, slice by slice
 * @param searches receives the searches that have ended
 */
export async function searchCapacity(
  session: LabSession,
  plan: PlanToSearch,
  machine: MachineLimits,
  isSliced: boolean,
  searches: Search[],
): Promise<void> {
  const subjects = subjectsOf(plan);
  const progress = new SearchProgress(subjects.length);
  const rounds = new SearchRounds(session, plan, progress, isSliced);
  const all: LimitSearch[] = [];
  const told = new Set<LimitSearch>();
  const keep = (): void => {
    keepSearches(session, plan, all, searches);
    for (const limit of all) {
      if (limit.result === null || told.has(limit)) continue;
      told.add(limit);
      progress.ended(limit.result);
    }
  };
  const deadlineMs = performance.now() + plan.budgetMs - REPORT_MS;
  const quantities = SEARCHED.filter((searched) => subjects.some((subject) => subject.searched === searched));
  try {
    keep();
    for (const [index, searched] of quantities.entries()) {
      if (session.isInterrupted) return;
      const limits = subjects
        .filter((subject) => subject.searched === searched)
        .map((subject) => new LimitSearch(subject, plan, machine));
      all.push(...limits);
      // Time that one quantity leaves goes to the next.
      const leftMs = deadlineMs - performance.now();
      await rounds.run(limits, performance.now() + leftMs / (quantities.length - index), keep);
    }
    session.planned(session.repetitions.length);
  } finally {
    progress.stop();
  }
}

/** Writes the searches that have ended, and hands them to `searches`. */
function keepSearches(
  { folder }: LabSession,
  { search: { objective } }: PlanToSearch,
  all: readonly LimitSearch[],
  searches: Search[],
): void {
  searches.splice(0, searches.length, ...all.flatMap(({ result }) => result ?? []));
  folder.writeCapacity({ schema: "c10k-lab/capacity/2", objective, searches });
}

/** Returns whether every search of a plan found a boundary or reached the bound of its range. */
export function isSettled(plan: PlanToSearch, searches: readonly Search[]): boolean {
  const isDone = ({ ended }: Search) => ended === "boundary" || ended === "bound";
  return searches.length === subjectsOf(plan).length && searches.every(isDone);
}
