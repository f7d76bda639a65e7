import { listed } from "@c10k-lab/words";
import { noClaim } from "../comparison/change.ts";
import {
  type Comparison,
  compareAt,
  comparisonSentences,
  doubtOf,
  leadOver,
} from "../comparison/comparison.ts";
import { wallSentences } from "../comparison/wall.ts";
import type { CellFigures } from "../model/cell-figures.ts";
import { placeOf } from "../model/place.ts";
import { CPU_PER_MESSAGE, DATA_RATE, RATE, RESPONSE_P99 } from "../model/quantities.ts";
import { cellsOf, isWhole, placesOf, type Study } from "../model/study.ts";
import { balanceSentence, type Findings, medianRange, perVariant } from "./sentences.ts";

/** From which size of a message on the architectures no longer differ. */
export function sizeFindings(study: Study): Findings {
  const places = placesOf(study);
  const ends = [...new Set([places[0] ?? 0, places.at(-1) ?? 0])];
  return {
    answer: [...convergence(study), ...study.variants.flatMap((variant) => peakSentence(study, variant))],
    evidence: ends.flatMap((x) =>
      perVariant(study, compareAt(study, CPU_PER_MESSAGE, x), "used", "µs of CPU per message"),
    ),
    details: [
      ...wallSentences(study),
      ...[RATE, RESPONSE_P99].flatMap((quantity) =>
        ends.flatMap((x) => comparisonSentences(study, compareAt(study, quantity, x))),
      ),
      ...balanceSentence(study),
    ],
  };
}

function convergence(study: Study): string[] {
  const compared = placesOf(study)
    .map((x) => compareAt(study, RATE, x))
    .filter(({ ranked }) => ranked.length > 1);
  const [smallest, largest] = [compared[0], compared.at(-1)];
  if (smallest === undefined || largest === undefined) return [];
  const names = listed(study.variants);
  const alike = tailOf(compared, isAlike);
  const from = alike[0];
  if (from === undefined) {
    const doubt = doubtOf(study, largest.ranked);
    return [
      `Up to the largest, ${placeOf(study.axis, largest.x)}, the servers still differ in rate: see the intervals below.${doubt}`,
    ];
  }
  const where = from === smallest ? "At no size measured" : `From ${placeOf(study.axis, from.x)} on`;
  const verb = from === smallest ? "a real difference in rate is" : "no real difference in rate is";
  const doubt = doubtOf(
    study,
    alike.flatMap(({ ranked }) => ranked),
  );
  return [`${where} ${verb} shown between ${names} (${furthest(alike)}).${doubt}`];
}

/** Of the places without a difference the pair that was furthest apart. */
function furthest(alike: readonly Comparison[]): string {
  const spread = ({ ranked }: Comparison) => (ranked[0]?.value ?? 1) / (ranked.at(-1)?.value ?? 1);
  const [widest] = alike.toSorted((a, b) => spread(b) - spread(a));
  const [best, worst] = [widest?.ranked[0], widest?.ranked.at(-1)];
  if (widest === undefined || best === undefined || worst === undefined) return "nothing is claimed";
  return `furthest apart are ${best.cell.name} and ${worst.cell.name}: ${noClaim(best.cell, worst.cell, RATE.value)}`;
}

function isAlike({ ranked, quantity }: Comparison): boolean {
  const [best, ...others] = ranked;
  return best !== undefined && others.every((other) => leadOver(best, other, quantity) === null);
}

/** The last ones in a row of which it is true. */
function tailOf<T>(all: readonly T[], isTrue: (one: T) => boolean): readonly T[] {
  return all.slice(all.findLastIndex((one) => !isTrue(one)) + 1);
}

function peakSentence(study: Study, variant: string): string[] {
  const rateOf = (cell: CellFigures) => DATA_RATE.value(cell) ?? 0;
  const [peak] = cellsOf(study, variant)
    .filter((cell) => isWhole(cell) && rateOf(cell) > 0)
    .toSorted((a, b) => rateOf(b) - rateOf(a));
  if (peak === undefined) return [];
  const amount = `${DATA_RATE.format(rateOf(peak))} ${DATA_RATE.unit} both ways together`;
  return [
    `${variant}'s data rate had its highest median with ${placeOf(study.axis, peak.x)}: ${amount} ` +
      `${medianRange(peak, DATA_RATE)}.${doubtOf(study, [{ cell: peak }])}`,
  ];
}
