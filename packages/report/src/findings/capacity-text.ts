import { type Capacity, INFINITE, type Search, type Trial } from "@c10k-lab/protocol";
import { figure, integer, plural } from "@c10k-lab/words";

const HEAD = ["server", "searched", "held fast", "met", "failed", "p99 ms", "runs", "first signal"] as const;

/** Columns that are words. */
export const WORDS: readonly number[] = [0, 1, 7];

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
      search.first?.signal ?? "–",
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
export function sentenceOf(search: Search): string {
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
    return `at least ${amount(search, met ?? 0)} ${at} (${agreement(search, met)}). ${bound.sentence}`;
  }
  if (met === null) {
    return `fewer than ${amount(search, failed ?? 0)} ${at} (${agreement(search, failed)}); ${firstOf(search)}`;
  }
  const interval = `between ${integer(met)} and ${amount(search, failed ?? 0)}`;
  return `${interval} ${at} (${agreement(search, met)}, ${agreement(search, failed)}); ${firstOf(search)}`;
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
  const { met = false, trials = [] } = search.tries.find((one) => one.value === value) ?? {};
  const counted = trials.filter(({ counts }) => counts);
  const agreeing = counted.filter((trial) => trial.met === met);
  return `${integer(value)} ${met ? "met" : "failed"} in ${agreeing.length} of ${plural(counted.length, "run")}`;
}

/** Why the limit may not be the server's; empty where nothing speaks for that. */
export function doubtOf({ tries, failed, first }: Search): string {
  if (first?.signal === "client-limit") return " Inconclusive: the limit may be the client's.";
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

/** All runs of a search. */
export function trialsOf({ tries }: Search): Trial[] {
  return tries.flatMap(({ trials }) => trials);
}

/** A variant, or one in a group of the plan. */
export function nameOf({ group, variant }: Search): string {
  return group === null ? variant : `${variant}, ${group}`;
}

/** "12,000 connections" */
export function amount({ searched }: Pick<Search, "searched">, value: number): string {
  return searched === "connections" ? plural(value, "connection") : `${integer(value)} messages/s`;
}

/** What was not searched: "at 10,000 messages/s". */
export function heldFast({ fixed }: Search): string {
  return fixed.rate === null
    ? `on ${plural(fixed.connections ?? 0, "connection")}`
    : `at ${integer(fixed.rate)} messages/s`;
}

/** The interval of a limit; "from 19,500 connections on" where its upper end is not known. */
export function limitText(search: Search): string {
  const { met, failed } = search;
  if (failed === null) return met === null ? "not known" : `from ${amount(search, met)} on`;
  return `${integer(met ?? 0)} to ${amount(search, failed)}`;
}
