import { type Comparison, compareAtLargest, comparisonSentences, type Quantity } from "./comparison.ts";
import { about, integer, listed, percent, plural, theServers } from "./numbers.ts";
import { placeOf, rangeOf } from "./place.ts";
import { CPU_PER_MESSAGE, MEMORY_PER_CONNECTION, RATE, RESPONSE_P99, SWITCHES } from "./quantities.ts";
import { type Degradation, firstDegradation } from "./scaling.ts";
import { cellsOf, isWhole, type Study } from "./study.ts";
import { wallSentences } from "./wall.ts";

/** Sentences that follow from the data. No data, no sentence. */
export interface Findings {
  /** Which stopped scaling first, and where the others did. */
  readonly answer: readonly string[];
  readonly details: readonly string[];
}

export function findingsOf(study: Study): Findings {
  return {
    answer: answerOf(study),
    details: [
      ...wallSentences(study),
      ...study.variants.flatMap((variant) => keptSentence(study, variant)),
      ...comparisons(study, RATE),
      ...comparisons(study, RESPONSE_P99),
      ...perServer(study, SWITCHES, "switched context", "times per message"),
      ...perServer(study, CPU_PER_MESSAGE, "used", "µs of CPU per message"),
      ...perServer(study, MEMORY_PER_CONNECTION, "grew by", "KiB per connection"),
      ...overflowSentence(study),
      ...balanceSentence(study),
    ],
  };
}

function answerOf(study: Study): string[] {
  if (study.cells.length === 0) return ["No cell was measured, so there is no answer yet."];
  const degradations = study.variants
    .flatMap((variant) => firstDegradation(study, variant) ?? [])
    .toSorted((a, b) => a.cell.x - b.cell.x);
  const first = degradations[0]?.cell.x;
  const sentences = degradations.map((one) => degradationSentence(one, one.cell.x === first, study));
  const answer = [...tieSentence(study, degradations), ...sentences, ...heldSentence(study, degradations)];
  return answer.length > 0 ? answer : ["No cell ended ok, so there is no answer yet."];
}

/** Servers that stop at the same load cannot be put in an order. */
function tieSentence(study: Study, degradations: readonly Degradation[]): string[] {
  const load = degradations[0]?.cell.x;
  const tied = degradations.filter((one) => one.cell.x === load);
  if (load === undefined || tied.length < 2) return [];
  const names = theServers(tied.map((one) => one.variant));
  const verb = tied.every(isSure) ? "stopped" : "may have stopped";
  return [`${names} ${verb} scaling first, at the same load: ${placeOf(study.axis, load)}.`];
}

function isSure({ signs }: Pick<Degradation, "signs">): boolean {
  return signs.some((sign) => sign.isSure);
}

function degradationSentence({ variant, cell, signs }: Degradation, isFirst: boolean, study: Study): string {
  const alone = isFirst && study.variants.length > 1;
  const first = alone && firstCount(study, cell.x) === 1 ? " first" : "";
  const verb = isSure({ signs }) ? "stopped" : "may have stopped";
  const why = listed(signs.map(({ sentence }) => sentence));
  const isDoubtful = cell.status === "ok" && cell.doubts.length > 0;
  const doubt = isDoubtful ? ` Inconclusive: ${cell.doubts.join(", ")}.` : "";
  return `${theServers([variant])} ${verb} scaling${first} at ${placeOf(study.axis, cell.x)}: ${why}.${doubt}`;
}

function firstCount(study: Study, x: number): number {
  const isFirst = (variant: string) => firstDegradation(study, variant)?.cell.x === x;
  return study.variants.filter(isFirst).length;
}

function heldSentence(study: Study, degradations: readonly Degradation[]): string[] {
  const held = study.variants.flatMap((variant) => {
    const largest = cellsOf(study, variant).filter(isWhole).at(-1);
    const stopped = degradations.some((one) => one.variant === variant);
    return stopped || largest === undefined ? [] : [{ variant, x: largest.x }];
  });
  const loads = [...new Set(held.map((one) => one.x))];
  return loads.map((load) => {
    const names = held.filter((one) => one.x === load).map((one) => one.variant);
    return `${theServers(names)} did not stop scaling up to ${placeOf(study.axis, load)}, the largest load measured.`;
  });
}

/** How much of its best rate a server still has at the largest load it held whole. */
function keptSentence(study: Study, variant: string): string[] {
  const cells = cellsOf(study, variant).filter((cell) => isWhole(cell) && (cell.messagesPerSecond ?? 0) > 0);
  const [smallest, last] = [cells[0], cells.at(-1)];
  if (smallest === undefined || last === undefined || cells.length < 2) return [];
  const best = cells.reduce((a, b) => ((b.messagesPerSecond ?? 0) > (a.messagesPerSecond ?? 0) ? b : a));
  const range = `From ${rangeOf(study.axis, smallest.x, last.x)}`;
  if (best === last) {
    return [
      `${range} ${variant}'s rate was highest at the end (${about(last.messagesPerSecond)} messages/s).`,
    ];
  }
  const kept = (100 * (last.messagesPerSecond ?? 0)) / (best.messagesPerSecond ?? 1);
  const values = `${about(best.messagesPerSecond)} → ${about(last.messagesPerSecond)} messages/s`;
  return [`${range} ${variant} kept ${percent(kept)} of its best rate (${values}).`];
}

/** Where all servers are whole, and where at least two still are. */
function comparisons(study: Study, quantity: Quantity): string[] {
  const all = compareAtLargest(study, quantity, Math.max(2, study.variants.length));
  const some = compareAtLargest(study, quantity);
  const chosen = [all, some].filter((one): one is Comparison => one !== null);
  const distinct = chosen.filter((one, at) => chosen.findIndex((o) => o.x === one.x) === at);
  return distinct.flatMap((comparison) => comparisonSentences(study, comparison));
}

/** "At 4,000 connections threaded switched context 1.9 times per message and epoll 0.01." */
function perServer(study: Study, quantity: Quantity, verb: string, unit: string): string[] {
  const comparison = compareAtLargest(study, quantity);
  if (comparison === null) return [];
  const [first, ...others] = study.variants.flatMap((variant) =>
    comparison.ranked.filter((one) => one.variant === variant),
  );
  if (first === undefined) return [];
  const rest = others.map((one) => `${one.variant} ${quantity.format(one.value)}`);
  const head = `${first.variant} ${verb} ${quantity.format(first.value)} ${unit}`;
  return [`At ${placeOf(study.axis, comparison.x)} ${listed([head, ...rest])}.`];
}

function overflowSentence(study: Study): string[] {
  const full = study.cells.filter(({ cell }) => cell.evidence.tcp.ListenOverflows > 0);
  if (full.length === 0) return [];
  const counts = listed(
    full.map(({ name, cell }) => `${name} (${plural(cell.evidence.tcp.ListenOverflows, "time")})`),
  );
  return [
    `The queue of connections waiting to be accepted overflowed in ${counts}: connect and first response ` +
      "times of these cells contain retransmissions by the kernel.",
  ];
}

function balanceSentence(study: Study): string[] {
  const runs = study.results.cells;
  if (runs.length === 0 || runs.some(({ reconciliation }) => reconciliation?.balanced !== true)) return [];
  const cells = runs.length === 1 ? "the only run" : `all ${integer(runs.length)} runs`;
  return [`The ledgers of client and server agree to the byte in ${cells}.`];
}
