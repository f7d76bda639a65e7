import { type Capacity, SEARCHED, type Search, type Searched } from "@c10k-lab/protocol";
import {
  amountOf,
  intervalText,
  isInconclusive,
  objectiveOf,
  searchSentence,
} from "../capacity/search-text.ts";
import { listed } from "../numbers.ts";
import type { Findings } from "./sentences.ts";

/** How far each server can be loaded before it breaks its promise. */
export function capacityFindings(capacity: Capacity): Findings {
  return {
    answer: SEARCHED.flatMap((searched) => {
      const of = capacity.searches.filter((one) => one.searched === searched);
      return [...orderSentence(of, searched), ...of.map(searchSentence)];
    }),
    evidence: [],
    details: [objectiveOf(capacity)],
  };
}

/** Who came to an end first, where the intervals leave no doubt. */
function orderSentence(searches: readonly Search[], searched: Searched): string[] {
  if (searches.length < 2) return [];
  const ended = searches.filter((one) => one.failed !== null);
  const [lowest] = ended.toSorted((a, b) => (a.failed ?? 0) - (b.failed ?? 0));
  const what = searched === "connections" ? "connections" : "the rate";
  if (lowest === undefined) return [`No server reached its limit as ${what} rose to the end of the search.`];
  const overlapping = searches.filter((one) => one !== lowest && (one.met ?? 0) < (lowest.failed ?? 0));
  if (overlapping.length > 0) {
    const names = listed([lowest, ...overlapping].map(({ variant }) => variant));
    const end = amountOf(searched, lowest.failed ?? 0);
    return [
      `No order is shown as ${what} rose: the intervals of ${names} overlap (the lowest ends at ${end}).`,
    ];
  }
  const doubt = isInconclusive(lowest) ? ", inconclusive" : "";
  return [
    `As ${what} rose ${lowest.variant} was the first to miss the objective (interval: ${intervalText(lowest)}${doubt}).`,
  ];
}
