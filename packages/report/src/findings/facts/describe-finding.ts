import {
  describeAmount,
  describeAnswer,
  describeLimit,
  describeObjective,
  describePlace,
  describeRange,
  describeSearch,
  describeSearchDoubt,
  integer,
  listed,
  plural,
  ratio,
  searchName,
} from "@c10k-lab/words";
import { WALL_TIME } from "../../model/quantities.ts";
import { describeCellDoubts } from "../../wording/doubts.ts";
import { describeMedian } from "../../wording/intervals.ts";
import { describeShortfall } from "../../wording/scaling.ts";
import { describeOverflows, describeWaits } from "../../wording/waits.ts";
import { QUANTITY_SENTENCES } from "./describe-quantities.ts";
import { SCALING_SENTENCES } from "./describe-scaling.ts";
import { type Finding, type FullBacklog, placeOf, type Sentences, type Statement } from "./finding.ts";

const SENTENCES: Sentences = {
  ...SCALING_SENTENCES,
  ...QUANTITY_SENTENCES,
  shortfall: ({ shortfall }) => describeShortfall(shortfall),
  overflowed: ({ cells }) =>
    `The accept queue overflowed in ${listed(cells.map(describeOverflow))}: connect and first response times of these cells contain retransmissions by the kernel.`,
  "ledgers-agree": ({ repetitions }) =>
    `The ledgers of client and server agree to the byte in ${repetitions === 1 ? "the only repetition" : `all ${integer(repetitions)} repetitions`}.`,
  "backlog-too-short": ({ variants, full, enough }) =>
    `The accept ${variants.length === 1 ? "queue" : "queues"} of ${listed(variants)} overflowed with a backlog of ${listed(full.map(describeBacklog))}; ${enough === null ? "no backlog measured was long enough" : `from ${describePlace("backlog", enough)} on none overflowed`}.`,
  "backlog-enough": ({ variants, range }) =>
    `No accept queue${variants === null ? "" : ` of ${listed(variants)}`} overflowed with ${describeRange("backlog", ...range)}.`,
  "groups-counted": ({ cells, sides }) =>
    `Under the same load (${plural(cells, "cell")} each): ${sides.map(describeSide).join("; ")}.`,
  waits: ({ group, waits }) => `All cells of “${group}”: ${describeWaits(waits)} ${describeOverflows(waits)}`,
  "not-over": ({ to, from, groups, cutOff, givenMs, timesMin }) => {
    const [there = "", here = ""] = groups ?? [];
    const head = `At ${describePlace(...placeOf(to))}, ${to.variant} was not over after ${WALL_TIME.format(givenMs)} ms in ${cutOff} of ${plural(to.repetitions.length, "repetition")} of “${there}”`;
    if (timesMin === null) return `${head}; no ratio is claimed.`;
    return `${head}: at least ${ratio(timesMin)} times as long as in “${here}” (${describeMedian(from, WALL_TIME)}).`;
  },
  slices: ({ answer }) => describeAnswer(answer),
  objective: ({ capacity }) => describeObjective(capacity),
  search: ({ search }) => describeSearch(search),
  "no-limit-reached": ({ searched }) =>
    `No server reached its limit as ${describeSearched(searched)} rose to the end of the search.`,
  "order-unclear": ({ lowest, overlapping }) =>
    `No order is shown as ${describeSearched(lowest.searched)} rose: the intervals of ${listed([lowest, ...overlapping].map(searchName))} overlap below ${describeAmount(lowest, lowest.failed ?? 0)}.`,
  "first-limit": ({ lowest }) => {
    const doubt = describeSearchDoubt(lowest);
    return `As ${describeSearched(lowest.searched)} rose, ${searchName(lowest)} was the first to miss the objective (interval ${describeLimit(lowest)}).${doubt === null ? "" : ` Inconclusive: ${doubt}`}`;
  },
};

/** Returns a finding as a sentence, followed by the doubts about it. */
export function describeFinding(finding: Finding): string {
  const sentence = (SENTENCES[finding.finding] as (finding: Finding) => string)(finding);
  return [sentence, ...("doubts" in finding ? describeCellDoubts(finding.doubts) : [])].join(" ");
}

/** Returns a finding with the name of its group before it. */
export function describeStatement({ group, finding }: Statement): string {
  return group === null ? describeFinding(finding) : `${group}: ${describeFinding(finding)}`;
}

function describeOverflow({ name, counts }: { name: string; counts: readonly number[] }): string {
  const overflowed = counts.filter((count) => count > 0).length;
  const where = counts.length === 1 ? "" : ` in ${overflowed} of ${counts.length} repetitions`;
  const total = counts.reduce((a, b) => a + b, 0);
  return `${name} (${plural(total, "overflow")}${where})`;
}

function describeBacklog({ backlog, overflowed, repetitions }: FullBacklog): string {
  return `${integer(backlog)} (in ${overflowed} of ${plural(repetitions, "repetition")})`;
}

function describeSide(side: { group: string; overflowed: number; cutOff: number }): string {
  const count = (cells: number) => (cells === 0 ? "none" : integer(cells));
  return `in “${side.group}” the accept queue overflowed in ${count(side.overflowed)} and ${count(side.cutOff)} ran out of time`;
}

function describeSearched(searched: "connections" | "rate"): string {
  return searched === "connections" ? "connections" : "the rate";
}
