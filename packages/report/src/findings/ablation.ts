import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import { listed } from "@c10k-lab/words";
import {
  behindIn,
  type Comparison,
  compareAt,
  comparisonSentences,
  doubtOf,
  leadOver,
} from "../comparison/comparison.ts";
import { wallSentences } from "../comparison/wall.ts";
import { valuesOf } from "../model/cell-figures.ts";
import { placeOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import {
  CPU_PER_MESSAGE,
  FIRST_RESPONSE_P99,
  MEMORY_PER_CONNECTION,
  RATE,
  RESPONSE_P99,
} from "../model/quantities.ts";
import { placesOf, type Study } from "../model/study.ts";
import { balanceSentence, type Findings, overflowSentence } from "./sentences.ts";

const COMPARED: readonly Quantity[] = [
  RATE,
  RESPONSE_P99,
  FIRST_RESPONSE_P99,
  CPU_PER_MESSAGE,
  MEMORY_PER_CONNECTION,
];

/** What an option changes: the variants of each server against each other, at every place. */
export function ablationFindings(study: Study): Findings {
  const all = eachServer(study).flatMap((part) =>
    placesOf(study).map((x) => COMPARED.map((quantity) => compareAt(part, quantity, x))),
  );
  const real = all
    .flatMap((there) => there.filter(isReal))
    .toSorted((a, b) => doubtsIn(study, a) - doubtsIn(study, b) || sizeOf(b) - sizeOf(a))
    .flatMap((one) => comparisonSentences(study, one));
  const none = all.flatMap((there) => noneSentence(study, there));
  return {
    answer: real.length > 0 ? real.slice(0, 2) : none,
    evidence: [],
    details: [
      ...wallSentences(study),
      ...(real.length > 0 ? [...real.slice(2), ...none] : []),
      ...overflowSentence(study),
      ...balanceSentence(study),
    ],
  };
}

/** The study's part of each server that has several variants. */
function eachServer(study: Study): Study[] {
  const servers = [...new Set(study.cells.map(({ server }) => server))];
  return servers.flatMap((server) => {
    const isOf = (variant: string) =>
      study.cells.some((cell) => cell.variant === variant && cell.server === server);
    const variants = study.variants.filter(isOf);
    return variants.length < 2 ? [] : [{ ...study, variants }];
  });
}

function isReal(comparison: Comparison): boolean {
  return behindIn(comparison).length > 0;
}

/** What is certain comes first, */
function doubtsIn(study: Study, { ranked }: Comparison): number {
  return doubtOf(study, ranked) === "" ? 0 : 1;
}

/** and of that what an option changes most: the ratio that is at least true of the largest difference. */
function sizeOf({ ranked, quantity }: Comparison): number {
  const [best, ...others] = ranked;
  const leads = others.flatMap((other) => (best && leadOver(best, other, quantity)?.interval.low) ?? []);
  return Math.max(1, ...leads);
}

/** Everything in which the variants are not told apart at one place, in one sentence. */
function noneSentence(study: Study, there: readonly Comparison[]): string[] {
  const alike = there.filter((one) => one.ranked.length > 1 && !isReal(one));
  const [first] = alike;
  if (first === undefined) return [];
  const names = listed(first.ranked.map(({ variant }) => variant).toSorted((a, b) => a.localeCompare(b)));
  const whats = alike.map(({ quantity, ranked }) => {
    const values = ranked.toSorted((a, b) => a.variant.localeCompare(b.variant));
    return `${quantity.what} (${listed(values.map((one) => quantity.format(one.value)))} ${quantity.unit})`;
  });
  const few = alike.some(({ ranked, quantity }) =>
    ranked.some(({ cell }) => valuesOf(cell, quantity.value).length < RUNS_MIN),
  );
  const why = few
    ? `fewer than ${RUNS_MIN} runs have no interval, so nothing is claimed`
    : `the ${CONFIDENCE_PERCENT} % intervals of the ratios do not tell them apart`;
  const doubt = doubtOf(
    study,
    alike.flatMap(({ ranked }) => ranked),
  );
  return [
    `At ${placeOf(study.axis, first.x)} no real difference is shown between ${names} in ${listed(whats)}: ${why}.${doubt}`,
  ];
}
