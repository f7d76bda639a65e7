import type { Capacity, CapacitySignal, Searched } from "@c10k-lab/protocol";
import { SEARCHED } from "@c10k-lab/protocol";
import { integer, listed, percent, plural, theServers } from "../numbers.ts";
import type { Findings } from "./sentences.ts";

export type Search = Capacity["searches"][number];
type Try = Search["tries"][number];

/** A search that ended at these has found the client's limit. */
const OF_THE_CLIENT: readonly CapacitySignal[] = ["client-limit", "client-resources"];

/** How far each server can be loaded before it breaks its promise. */
export function capacityFindings({ searches, objective }: Capacity): Findings {
  return {
    answer: SEARCHED.flatMap((searched) => {
      const of = searches.filter((one) => one.searched === searched);
      return [...orderSentence(of, searched), ...of.map(searchSentence)];
    }),
    evidence: [],
    details: [`Objective: ${objectiveText(objective)}.`],
  };
}

export function objectiveText({ p99Ms, achievedMin, failuresMax }: Capacity["objective"]): string {
  const failures =
    failuresMax === 0 ? "no connection fails" : `at most ${plural(failuresMax, "connection")} fail`;
  return `p99 of at most ${integer(p99Ms)} ms from when a message was due, ${percent(100 * achievedMin)} of what is offered answered, ${failures}`;
}

export function isInconclusive({ first }: Search): boolean {
  return first !== null && OF_THE_CLIENT.includes(first.signal);
}

/** "12,000 connections" */
export function amountOf(searched: Searched, value: number): string {
  return searched === "connections" ? plural(value, "connection") : `${integer(value)} messages/s`;
}

/** What was not searched. */
export function fixedText({ fixed }: Search): string {
  if (fixed.rate !== null) return `${integer(fixed.rate)} messages/s`;
  return fixed.connections === null ? "" : plural(fixed.connections, "connection");
}

/** "2 of 3 runs" */
export function runsAt(search: Search, value: number | null, met: boolean): string {
  const trials = search.tries.filter((one) => one.value === value).flatMap((one: Try) => one.trials);
  return `${trials.filter((trial) => trial.met === met).length} of ${plural(trials.length, "run")}`;
}

/** Who came to an end first, where the intervals leave no doubt. */
function orderSentence(searches: readonly Search[], searched: Searched): string[] {
  if (searches.length < 2) return [];
  const ended = searches.filter((one) => one.failed !== null);
  const [lowest] = ended.toSorted((a, b) => (a.failed ?? 0) - (b.failed ?? 0));
  const what = searched === "connections" ? "connections" : "the rate";
  if (lowest === undefined) return [`No server reached its limit as ${what} rose to the end of the search.`];
  const others = searches.filter((one) => one !== lowest);
  const isFirst = others.every((one) => (one.met ?? 0) >= (lowest.failed ?? 0));
  const interval = `interval ${rangeText(lowest)}`;
  if (!isFirst) {
    return [
      `No order is shown as ${what} rose: the intervals of ${listed([lowest, ...others.filter((one) => (one.met ?? 0) < (lowest.failed ?? 0))].map((one) => one.variant))} overlap (the lowest ends at ${amountOf(searched, lowest.failed ?? 0)}).`,
    ];
  }
  return [
    `As ${what} rose ${lowest.variant} was the first to miss the objective (${interval}).${doubtOf(lowest)}`,
  ];
}

function searchSentence(search: Search): string {
  const { variant, searched, met, failed, bound, first } = search;
  const server = theServers([variant]);
  const fixed =
    fixedText(search) === "" ? "" : ` ${searched === "connections" ? "at" : "on"} ${fixedText(search)}`;
  const why = first === null ? "" : ` First sign: ${first.signal}. ${sentenceOf(first.sentence)}`;
  if (failed === null) {
    if (met === null) return `${server} was not measured${fixed}: ${sentenceOf(bound.sentence)}`;
    return (
      `${server} met the objective up to ${amountOf(searched, met)}${fixed} (${runsAt(search, met, true)}), the end of the ` +
      `search: no upper end of an interval is known. ${sentenceOf(bound.sentence)}`
    );
  }
  if (met === null) {
    return `${server} missed the objective at ${amountOf(searched, failed)}${fixed} already, the smallest value tried (interval 0 to ${integer(failed)}; ${runsAt(search, failed, false)}).${why}${doubtOf(search)}`;
  }
  return (
    `${server} carried ${integer(met)} and not ${amountOf(searched, failed)}${fixed} (interval ${rangeText(search)}; met in ` +
    `${runsAt(search, met, true)}, missed in ${runsAt(search, failed, false)}).${why}${doubtOf(search)}`
  );
}

export function rangeText({ met, failed, searched }: Search): string {
  if (failed === null) return met === null ? "not known" : `from ${amountOf(searched, met)} on`;
  return `${integer(met ?? 0)} to ${amountOf(searched, failed)}`;
}

function doubtOf(search: Search): string {
  return isInconclusive(search)
    ? ` Inconclusive: ${search.first?.signal}, so the limit may be the client's.`
    : "";
}

function sentenceOf(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
