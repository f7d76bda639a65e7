import { type Capacity, SEARCHED, type Search } from "@c10k-lab/protocol";
import { listed } from "@c10k-lab/words";
import { amount, doubtOf, limitText, nameOf, objectiveOf, sentenceOf } from "./capacity-text.ts";
import type { Findings } from "./sentences.ts";

/** How far each server can be loaded before it breaks its promise. */
export function capacityFindings(capacity: Capacity): Findings {
  const alike = Map.groupBy(
    capacity.searches,
    ({ searched, group }) => `${SEARCHED.indexOf(searched)} ${group ?? ""}`,
  );
  return {
    answer: [...alike.values()].flatMap((searches) => [
      ...orderSentence(searches),
      ...searches.map(sentenceOf),
    ]),
    evidence: [],
    details: [objectiveOf(capacity)],
  };
}

/** Neither end nor order of such a search is the server's, or known. */
export function isInconclusive(search: Search): boolean {
  return search.ended === "unsettled" || search.ended === "interrupted" || doubtOf(search) !== "";
}

/** Who came to an end first, where the intervals leave no doubt. */
function orderSentence(all: readonly Search[]): string[] {
  const searches = all.filter(({ ended }) => ended === "boundary" || ended === "bound");
  if (searches.length < 2) return [];
  const what = searches[0]?.searched === "connections" ? "connections" : "the rate";
  const [lowest] = searches
    .filter(({ failed }) => failed !== null)
    .toSorted((a, b) => (a.failed ?? 0) - (b.failed ?? 0));
  if (lowest === undefined) return [`Nothing reached its limit as ${what} rose to the end of the search.`];
  const overlapping = searches.filter((one) => one !== lowest && (one.met ?? 0) < (lowest.failed ?? 0));
  if (overlapping.length > 0) {
    const names = listed([lowest, ...overlapping].map(nameOf));
    const end = amount(lowest, lowest.failed ?? 0);
    return [`No order is shown as ${what} rose: the intervals of ${names} overlap below ${end}.`];
  }
  return [
    `As ${what} rose ${nameOf(lowest)} was the first to miss the objective (interval ${limitText(lowest)}).${doubtOf(lowest)}`,
  ];
}
