import { type Capacity, SEARCHED, type Search } from "@c10k-lab/protocol";
import { describeSearchDoubt } from "@c10k-lab/words";
import type { Finding, Findings } from "../facts/finding.ts";

/** Finds how far each server can be loaded before it misses the objective. */
export function findCapacity(capacity: Capacity): Findings {
  const alike = Map.groupBy(
    capacity.searches,
    ({ searched, group }) => `${SEARCHED.indexOf(searched)} ${group ?? ""}`,
  );
  return {
    answer: [...alike.values()].flatMap((searches) => [
      ...findOrder(searches),
      ...searches.map((search): Finding => ({ finding: "search", search })),
    ]),
    evidence: [],
    details: [{ finding: "objective", capacity }],
  };
}

/** The limit that a search found may not be the server's, or it found none. */
export function isInconclusive(search: Search): boolean {
  return (
    search.ended === "unsettled" || search.ended === "interrupted" || describeSearchDoubt(search) !== null
  );
}

/** Finds which server came to its limit first, where the intervals do not overlap. */
function findOrder(all: readonly Search[]): Finding[] {
  const searches = all.filter(({ ended }) => ended === "boundary" || ended === "bound");
  const [first, second] = searches;
  if (first === undefined || second === undefined) return [];
  const [lowest] = searches
    .filter(({ failed }) => failed !== null)
    .toSorted((a, b) => (a.failed ?? 0) - (b.failed ?? 0));
  if (lowest === undefined) return [{ finding: "no-limit-reached", searched: first.searched }];
  const overlapping = searches.filter((one) => one !== lowest && (one.met ?? 0) < (lowest.failed ?? 0));
  if (overlapping.length > 0) return [{ finding: "order-unclear", lowest, overlapping }];
  return [{ finding: "first-limit", lowest }];
}
