import type { Capacity, Search, Signal, Trial } from "@c10k-lab/protocol";
import { describeDoubt } from "./happenings/doubts.ts";
import { describeBound, describeSignal } from "./happenings/signals.ts";
import { figure, integer, listed, MISSING, plural, sentenceCase } from "./phrases/numbers.ts";
import { type Column, type Table, tabulate } from "./phrases/table.ts";

const COLUMNS: readonly Column<Search>[] = [
  { head: "server", align: "left", cell: searchName },
  { head: "searched", align: "left", cell: ({ searched }) => searched },
  { head: "fixed", cell: describeFixed },
  { head: "met", cell: ({ met }) => integer(met) },
  { head: "failed", cell: ({ failed }) => integer(failed) },
  { head: "p99 ms", cell: (search) => p99At(search, search.met) },
  { head: "trials", cell: (search) => integer(listTrials(search).length) },
  { head: "first signal", align: "left", cell: ({ first }) => first?.signal ?? MISSING },
];

/** Returns a row for each search: the interval, the p99 at its lower end, the trials, the first signal. */
export function capacityTable({ searches }: Capacity): Table {
  return tabulate(COLUMNS, searches);
}

/** Returns the objective of every trial in a sentence. */
export function describeObjective({ objective }: Capacity): string {
  const { p99Ms, achievedMin, failuresMax } = objective;
  const failures = failuresMax === 0 ? "no failures" : `at most ${plural(failuresMax, "failure")}`;
  const [p99, achieved] = [p99Ms, 100 * achievedMin].map((value) => value.toLocaleString("en-US"));
  return `Asked for: p99 response time of at most ${p99} ms from when messages were due, ${failures}, ${achieved} % of the messages offered answered.`;
}

/** Returns the result of a search in one line: "epoll: between 9,500 and 10,000 connections at 10,000 messages/s (…); first signal: …" */
export function describeSearch(search: Search): string {
  const doubt = describeSearchDoubt(search);
  return `${searchName(search)}: ${describeResult(search)}${doubt === null ? "" : ` Inconclusive: ${doubt}`}`;
}

function describeResult(search: Search): string {
  const { ended, met, failed, bound } = search;
  const at = describeFixed(search);
  if (ended === "interrupted") return `interrupted; ${soFar(search)}.`;
  if (ended === "out-of-time") return `not settled within the budget; ${soFar(search)}.`;
  if (ended === "unsettled") {
    return met === null && failed === null
      ? `no value could be tried. ${describeBound(bound)}`
      : `unsettled, its trials contradict each other: ${soFar(search)}.`;
  }
  if (ended === "bound") {
    return `at least ${describeAmount(search, met ?? 0)} ${at} (${agreement(search, met)}). ${describeBound(bound)}`;
  }
  if (met === null) {
    return `fewer than ${describeAmount(search, failed ?? 0)} ${at} (${agreement(search, failed)}); ${describeFirst(search)}`;
  }
  const interval = `between ${integer(met)} and ${describeAmount(search, failed ?? 0)}`;
  return `${interval} ${at} (${agreement(search, met)}, ${agreement(search, failed)}); ${describeFirst(search)}`;
}

function describeFirst({ first }: Search): string {
  return first ? `first signal: ${first.signal}: ${describeSignal(first)}` : "nothing says why.";
}

function soFar(search: Search): string {
  const parts = [search.met, search.failed].flatMap((value) =>
    value === null ? [] : agreement(search, value),
  );
  return parts.length === 0 ? "nothing was found" : `${parts.join(", ")}, ${describeFixed(search)}`;
}

/** Returns "9,500 met in 3 of 3 trials". */
function agreement(search: Search, value: number | null): string {
  const met = search.tries.find((one) => one.value === value)?.met ?? false;
  const trials = countedAt(search, value);
  const agreeing = trials.filter((trial) => trial.met === met);
  return `${integer(value)} ${met ? "met" : "failed"} in ${agreeing.length} of ${plural(trials.length, "trial")}`;
}

/** Returns the trials of a value that count; none where it was not tried. */
function countedAt({ tries }: Search, value: number | null): Trial[] {
  return tries.find((one) => one.value === value)?.trials.filter(({ counts }) => counts) ?? [];
}

/** Returns the reason why the limit may not be the server's; null where nothing speaks for that. */
export function describeSearchDoubt(search: Search): string | null {
  if (isClientLimit(search)) return "The limit may be the client's.";
  const failing = countedAt(search, search.failed).filter(({ met }) => !met);
  const disturbances = failing.flatMap(({ disturbance }) => disturbance ?? []);
  const [disturbance] = disturbances;
  if (disturbance === undefined || 2 * disturbances.length <= failing.length) return null;
  return describeDoubt(disturbance);
}

function p99At(search: Search, value: number | null): string {
  const trials = countedAt(search, value).filter(({ met }) => met);
  const sorted = trials.map(({ p99Ms }) => inOrder(p99Ms)).toSorted((a, b) => a - b);
  return figure(sorted[Math.floor((sorted.length - 1) / 2)] ?? null);
}

/** Returns a p99, ms, as a number: one that is infinite or unknown is the largest. */
function inOrder(p99Ms: Trial["p99Ms"]): number {
  return typeof p99Ms === "number" ? p99Ms : Number.POSITIVE_INFINITY;
}

/** Returns all trials of a search. */
export function listTrials({ tries }: Search): Trial[] {
  return tries.flatMap(({ trials }) => trials);
}

/** Returns the variant, with its group where the plan has groups. */
export function searchName({ group, variant }: Search): string {
  return group === null ? variant : `${variant}, ${group}`;
}

/** Returns "12,000 connections". */
function describeAmount({ searched }: Pick<Search, "searched">, value: number): string {
  return searched === "connections" ? plural(value, "connection") : `${integer(value)} messages/s`;
}

/** Returns the load that a search keeps: "at 10,000 messages/s", "on 200 connections". */
export function describeFixed({ fixed }: Search): string {
  return fixed.rate === null
    ? `on ${plural(fixed.connections ?? 0, "connection")}`
    : `at ${integer(fixed.rate)} messages/s`;
}

/** Returns the interval of a limit: "900 to 1,000 connections"; "at least 19,500 connections" where none was reached. */
export function describeLimit(search: Search): string {
  const { met, failed } = search;
  if (failed === null) return met === null ? "not known" : `at least ${describeAmount(search, met)}`;
  return `${integer(met ?? 0)} to ${describeAmount(search, failed)}`;
}

/** Returns "between 937 and 1,000 connections"; "below 1,000 connections" where none was held. */
function describeBetween(search: Search): string {
  const failed = describeAmount(search, search.failed ?? 0);
  return search.met === null ? `below ${failed}` : `between ${integer(search.met)} and ${failed}`;
}

/** Returns which of some searches of one quantity missed the objective first, as a claim without a full stop. */
export function describeSearchOrder(all: readonly Search[]): string {
  const searches = all.filter(({ ended }) => ended === "boundary" || ended === "bound");
  const [lowest] = searches
    .filter(({ failed }) => failed !== null)
    .toSorted((a, b) => (a.failed ?? 0) - (b.failed ?? 0));
  const [first] = all;
  const what = first?.searched === "rate" ? "the rate" : "the number of connections";
  if (searches.length === 0) return `As ${what} rises, no limit was found`;
  if (lowest === undefined)
    return `As ${what} rises, no server misses the objective up to the end of the search`;
  const overlapping = searches.filter((one) => one !== lowest && (one.met ?? 0) < (lowest.failed ?? 0));
  if (overlapping.length === 0) {
    const client = isClientLimit(lowest) ? ", where the client may have been the limit" : "";
    return `As ${what} rises, ${searchName(lowest)} misses the objective first, ${describeBetween(lowest)}${client}`;
  }
  const names = listed([lowest, ...overlapping].map(searchName));
  return `As ${what} rises, no order is shown: the limits of ${names} overlap`;
}

/** Returns which servers went furthest in searches of one quantity; null where no limit is known. */
export function describeBest(searches: readonly Search[]): string | null {
  const [best, ...others] = searches
    .filter(({ met }) => met !== null)
    .toSorted((a, b) => (b.met ?? 0) - (a.met ?? 0));
  if (best === undefined || others.length === 0) return null;
  const isAlike = ({ failed }: Search) => failed === null || failed > (best.met ?? 0);
  const alike = [best, ...others.filter(isAlike)];
  const rest = others.filter((one) => !isAlike(one));
  const limitsOf = (of: readonly Search[]) =>
    listed(of.map((one) => `${searchName(one)} ${describeLimit(one)}`));
  const place = sentenceCase(describeFixed(best));
  const ofClient = rest.filter(isClientLimit);
  if (ofClient.length > 0) {
    const names = listed(ofClient.map(searchName));
    return `${place} no order is shown, because the limit of ${names} may be the client's: ${limitsOf([...alike, ...rest])}.`;
  }
  const end = rest.length === 0 ? "" : `, against ${limitsOf(rest)}`;
  const verb = best.searched === "rate" ? "carries the highest rate" : "holds the most connections";
  if (alike.length === 1) return `${place} ${searchName(best)} ${verb}: ${describeLimit(best)}${end}.`;
  if (alike.every(({ failed }) => failed === null))
    return `${place} ${listed(alike.map(searchName))} carried all that was tried: ${describeLimit(best)}${end}.`;
  return `${place} the highest limits overlap, so no order is shown: ${limitsOf(alike)}${end}.`;
}

/** Returns whether the client may have been what ended a search: the server then carries more. */
function isClientLimit({ first }: Search): boolean {
  return first?.signal === "client-limit";
}

/** Returns what ended a search, in one sentence or two. */
export function describeEnd(search: Search): string {
  const { ended, met, failed, first, bound } = search;
  if (ended !== "boundary" && ended !== "bound") return describeSearch(search);
  const name = searchName(search);
  if (failed === null) {
    return met === null
      ? `${name} met the objective at no value tried.`
      : `${name} met the objective up to ${describeAmount(search, met)}. ${describeBound(bound)}`;
  }
  const trials = countedAt(search, failed);
  const missed = `${trials.filter((trial) => !trial.met).length} of ${plural(trials.length, "trial")}`;
  const reason = first === null ? "" : ` ${describeSignal(first)}`;
  return `${name} missed the objective at ${describeAmount(search, failed)} in ${missed}.${reason}`;
}

/** Returns how many trials agree at the ends of the intervals that searches found. */
export function describeAgreement(searches: readonly Search[]): string {
  const ends = searches.flatMap(({ met, failed, tries }) =>
    tries.filter(({ value }) => value === met || value === failed),
  );
  const counted = ends.flatMap(({ met, trials }) =>
    trials.filter(({ counts }) => counts).map((trial) => trial.met === met),
  );
  const agreeing = counted.filter((agrees) => agrees);
  return `At the last load held and the first load missed ${integer(agreeing.length)} of ${plural(counted.length, "trial")} agree.`;
}

const SIGNALS: Readonly<Record<Signal["signal"], string>> = {
  "fd-wall": "descriptors",
  "thread-limit": "no more threads",
  memory: "memory",
  "client-resources": "the client's resources",
  "listen-overflow": "the accept queue",
  failures: "connections fail",
  "client-limit": "the client",
  cpu: "its core is used up",
  rate: "too few answered",
  latency: "the p99 response time",
};

/** Returns a signal in a few words, for a table. */
export function describeSignalBriefly(signal: Signal["signal"]): string {
  return SIGNALS[signal];
}
