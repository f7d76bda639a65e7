import {
  type Capacity,
  type CapacitySignal,
  INFINITE,
  type Search,
  type Searched,
  type Trial,
} from "@c10k-lab/protocol";
import { figure, integer, MISSING, plural } from "../numbers.ts";

/** A search that ended at these has found the client's limit. */
const OF_THE_CLIENT: readonly CapacitySignal[] = ["client-limit", "client-resources"];

const HEAD = ["server", "searched", "held fast", "met", "failed", "p99 ms", "runs", "first signal"] as const;

/** Columns of that table that are words. */
export const CAPACITY_WORDS: readonly number[] = [0, 1, 7];

/** A row a search: the interval, the p99 at its lower end, how many runs say so, and what failed first. */
export function capacityTable({ searches }: Capacity): { head: string[]; rows: string[][] } {
  return {
    head: [...HEAD],
    rows: searches.map((search) => [
      nameOf(search),
      search.searched,
      heldFast(search),
      integer(search.met),
      integer(search.failed),
      p99At(search, search.met),
      integer(trialsOf(search).length),
      search.first?.signal ?? MISSING,
    ]),
  };
}

/** What was asked of every run. */
export function objectiveOf({ objective }: Capacity): string {
  const { p99Ms, achievedMin, failuresMax } = objective;
  const failures = failuresMax === 0 ? "no failures" : `at most ${plural(failuresMax, "failure")}`;
  const [p99, achieved] = [p99Ms, 100 * achievedMin].map((value) => value.toLocaleString("en-US"));
  return `Asked for: p99 response time of at most ${p99} ms from when messages were due, ${failures}, ${achieved} % of the messages offered answered.`;
}

/** What a search found, in one line: "epoll: between 9,500 and 10,000 connections at 10,000 messages/s (…); first signal: …" */
export function searchSentence(search: Search): string {
  return `${nameOf(search)}: ${findingOf(search)}${doubtOf(search)}`;
}

function findingOf(search: Search): string {
  const { ended, met, failed, bound } = search;
  const at = heldFast(search);
  if (ended === "interrupted") return `interrupted; ${soFar(search)}.`;
  if (ended === "unsettled") {
    return met === null && failed === null
      ? `no value could be tried. ${bound.sentence}`
      : `unsettled, its runs contradict each other: ${soFar(search)}.`;
  }
  if (ended === "bound") {
    return `${intervalText({ ...search, failed: null })} ${at} (${agreement(search, met)}). ${bound.sentence}`;
  }
  if (met === null) {
    return `${intervalText(search)} ${at} (${agreement(search, failed)}); ${firstOf(search)}`;
  }
  return `${intervalText(search)} ${at} (${agreement(search, met)}, ${agreement(search, failed)}); ${firstOf(search)}`;
}

function firstOf({ first }: Search): string {
  return first ? `first signal: ${first.signal}: ${first.sentence}` : "nothing says why.";
}

function soFar(search: Search): string {
  const { met, failed } = search;
  const parts = [
    ...(met === null ? [] : [agreement(search, met)]),
    ...(failed === null ? [] : [agreement(search, failed)]),
  ];
  return parts.length === 0 ? "nothing was found" : `${parts.join(", ")}, ${heldFast(search)}`;
}

/** "9,500 met in 3 of 3 runs" */
function agreement(search: Search, value: number | null): string {
  const tried = search.tries.find((one) => one.value === value);
  return `${integer(value)} ${tried?.met ? "met" : "failed"} in ${tried ? runsAgreeing(tried) : "0 runs"}`;
}

/** "2 of 3 runs": of those that count, how many say what most of them say. */
export function runsAgreeing({ met, trials }: Search["tries"][number]): string {
  const counted = trials.filter(({ counts }) => counts);
  return `${counted.filter((trial) => trial.met === met).length} of ${plural(counted.length, "run")}`;
}

/** Whether what was found may be another's limit than the server's, or no limit at all. */
export function isInconclusive(search: Search): boolean {
  return search.ended === "unsettled" || search.ended === "interrupted" || doubtOf(search) !== "";
}

/** Whose limit it may be: the client's, or that of what else took the processors in most of the runs that failed. */
function doubtOf({ tries, failed, first }: Search): string {
  if (first !== null && OF_THE_CLIENT.includes(first.signal)) {
    return ` Inconclusive: ${first.signal}, so the limit may be the client's.`;
  }
  const failing = (tries.find(({ value }) => value === failed)?.trials ?? []).filter(
    ({ counts, met }) => counts && !met,
  );
  const disturbed = failing.filter((trial) => trial.disturbed !== null);
  if (disturbed.length === 0 || 2 * disturbed.length <= failing.length) return "";
  return ` Inconclusive: ${disturbed[0]?.disturbed}`;
}

function p99At({ tries }: Search, value: number | null): string {
  const trials = tries.find((one) => one.value === value)?.trials.filter(({ met }) => met) ?? [];
  const sorted = trials.map(({ p99Ms }) => inOrder(p99Ms)).toSorted((a, b) => a - b);
  return figure(sorted[Math.floor((sorted.length - 1) / 2)] ?? null);
}

function inOrder(p99Ms: Trial["p99Ms"]): number {
  return p99Ms === INFINITE ? Number.POSITIVE_INFINITY : (p99Ms ?? Number.POSITIVE_INFINITY);
}

function trialsOf({ tries }: Search): Trial[] {
  return tries.flatMap(({ trials }) => trials);
}

function nameOf({ group, variant }: Search): string {
  return group === null ? variant : `${variant}, ${group}`;
}

/** "12,000 connections" */
export function amountOf(searched: Searched, value: number): string {
  return searched === "connections" ? plural(value, "connection") : `${integer(value)} messages/s`;
}

/** "between 9,500 and 10,000 connections" */
export function intervalText({ met, failed, searched }: Search): string {
  if (failed === null) return met === null ? "not known" : `at least ${amountOf(searched, met)}`;
  if (met === null) return `fewer than ${amountOf(searched, failed)}`;
  return `between ${integer(met)} and ${amountOf(searched, failed)}`;
}

/** "at 10,000 messages/s", "on 200 connections" */
export function heldFast({ fixed }: Search): string {
  return fixed.rate === null
    ? `on ${plural(fixed.connections ?? 0, "connection")}`
    : `at ${integer(fixed.rate)} messages/s`;
}
