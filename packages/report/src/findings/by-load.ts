import { CONFIDENCE_PERCENT, ratioInterval } from "@c10k-lab/inference";
import { about, listed, percent, theServers } from "@c10k-lab/words";
import { compareAtHardest, doubtOf } from "../comparison/comparison.ts";
import { type Degradation, firstDegradation } from "../comparison/scaling.ts";
import { wallSentences } from "../comparison/wall.ts";
import { type CellFigures, valuesOf } from "../model/cell-figures.ts";
import { placeOf, rangeOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import * as quantities from "../model/quantities.ts";
import { cellsOf, isOpenLoop, isWhole, type Study } from "../model/study.ts";
import {
  balanceSentence,
  comparisons,
  type Findings,
  medianRange,
  overflowSentence,
  perVariant,
} from "./sentences.ts";

/** Which stopped scaling first as the load rose, and where the others did. */
export function loadFindings(study: Study): Findings {
  return {
    answer: scalingAnswer(study),
    evidence: [
      ...perVariant(
        study,
        compareAtHardest(study, quantities.SWITCHES),
        "switched context",
        "times per message",
      ),
      ...perVariant(
        study,
        compareAtHardest(study, quantities.CPU_PER_MESSAGE),
        "used",
        "µs of CPU per message",
      ),
      ...perVariant(
        study,
        compareAtHardest(study, quantities.MEMORY_PER_CONNECTION),
        "grew by",
        "KiB per connection",
      ),
    ],
    details: [
      ...wallSentences(study),
      ...(study.axis === "connections"
        ? study.variants.flatMap((variant) => keptSentence(study, variant))
        : []),
      ...comparedOn(study).flatMap((quantity) => comparisons(study, quantity)),
      ...overflowSentence(study),
      ...balanceSentence(study),
    ],
  };
}

function comparedOn(study: Study): readonly Quantity[] {
  const { RATE, RESPONSE_P99, INTENDED_P99, CONNECTION_RATE, CONNECT_P99, FIRST_RESPONSE_P99 } = quantities;
  if (study.axis === "connect-rate") return [CONNECTION_RATE, CONNECT_P99, FIRST_RESPONSE_P99];
  return [RATE, isOpenLoop(study) ? INTENDED_P99 : RESPONSE_P99];
}

/** Never empty: that nothing was measured is said, too. */
export function scalingAnswer(study: Study): string[] {
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
  const doubt = doubtOf(study, best === last ? [{ cell: last }] : [{ cell: best }, { cell: last }]);
  if (best === last) {
    const rate = `${about(last.messagesPerSecond)} messages/s ${medianRange(last, quantities.RATE)}`;
    return [`${range} ${variant}'s rate was highest at the end: ${rate}.${doubt}`];
  }
  const kept = (100 * (last.messagesPerSecond ?? 0)) / (best.messagesPerSecond ?? 1);
  const values = `${about(best.messagesPerSecond)} → ${about(last.messagesPerSecond)} messages/s`;
  return [
    `${range} ${variant} kept ${percent(kept)} of its best rate (${keptRange(last, best)}; ${values}).${doubt}`,
  ];
}

function keptRange(last: CellFigures, best: CellFigures): string {
  const interval = ratioInterval(
    valuesOf(last, quantities.RATE.value),
    valuesOf(best, quantities.RATE.value),
  );
  if (interval === null) return "too few runs for an interval";
  return `${CONFIDENCE_PERCENT} % interval ${percent(100 * interval.low)} to ${percent(100 * interval.high)}`;
}
