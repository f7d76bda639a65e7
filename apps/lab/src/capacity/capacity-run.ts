import type { Search } from "@c10k-lab/protocol";
import { subjectsOf } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import type { LabSession } from "../session/lab-session.ts";
import { LimitSearch } from "./limit-search.ts";
import { expectedRuns } from "./search.ts";
import { SearchProgress } from "./search-progress.ts";

/** Returns the expected number of repetitions. The actual number depends on the results. */
export function expectedCells(plan: PlanToSearch): number {
  const { search, repeats } = plan;
  return subjectsOf(plan)
    .map(({ range }) =>
      expectedRuns({ ...range, smallest: range.from, precision: search.precision, repeats }),
    )
    .reduce((a, b) => a + b, 0);
}

/**
 * Searches every limit of a plan. Writes `capacity.json` again after each search.
 *
 * @param searches receives each search when it ends
 */
export async function searchCapacity(
  session: LabSession,
  plan: PlanToSearch,
  machine: MachineLimits,
  searches: Search[],
): Promise<void> {
  const subjects = subjectsOf(plan);
  const progress = new SearchProgress(subjects.length);
  const { objective } = plan.search;
  const keep = (): void => {
    session.folder.writeCapacity({ schema: "c10k-lab/capacity/2", objective, searches });
  };
  try {
    keep();
    for (const subject of subjects) {
      if (session.isInterrupted) return;
      const limit = new LimitSearch(subject, { plan, session, machine, progress });
      const search = await limit.run();
      searches.push(search);
      keep();
      progress.ended(search);
      if (limit.error !== null) throw limit.error;
    }
    session.planned(searches.flatMap(({ tries }) => tries.flatMap(({ trials }) => trials)).length);
  } finally {
    progress.stop();
  }
}

/** Returns whether every search of a plan found a boundary or reached the bound of its range. */
export function isSettled(plan: PlanToSearch, searches: readonly Search[]): boolean {
  const isDone = ({ ended }: Search) => ended === "boundary" || ended === "bound";
  return searches.length === subjectsOf(plan).length && searches.every(isDone);
}
