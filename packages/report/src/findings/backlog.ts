import { integer, listed } from "@c10k-lab/words";
import { changeSentences } from "../comparison/change.ts";
import { compareAt, comparisonSentences } from "../comparison/comparison.ts";
import { wallSentences } from "../comparison/wall.ts";
import type { CellFigures } from "../model/cell-figures.ts";
import { placeOf, rangeOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import { CONNECT_P99, FIRST_RESPONSE_P99, OVERFLOWS, RETRANSMITTED, WALL_TIME } from "../model/quantities.ts";
import { cellsOf, placesOf, type Study } from "../model/study.ts";
import { balanceSentence, endsOf, type Findings, perVariant } from "./sentences.ts";

/** From which backlog on nothing overflows, and what a client sees below it. */
export function backlogFindings(study: Study): Findings {
  const places = placesOf(study);
  const smallest = places[0] ?? 0;
  return {
    answer: [...overflowAnswer(study), ...fromLargest(study, FIRST_RESPONSE_P99)],
    evidence: [
      ...perVariant(study, compareAt(study, OVERFLOWS, smallest), "met", "accept queue overflows a run"),
      ...perVariant(study, compareAt(study, RETRANSMITTED, smallest), "saw", "segments sent again a run"),
    ],
    details: [
      ...wallSentences(study),
      ...fromLargest(study, WALL_TIME),
      ...fromLargest(study, CONNECT_P99),
      ...[smallest, places.at(-1) ?? 0].flatMap((x) =>
        comparisonSentences(study, compareAt(study, FIRST_RESPONSE_P99, x)),
      ),
      ...balanceSentence(study),
    ],
  };
}

/** Overflows are counted by the kernel: what is said is of the runs made, and needs no interval. */
function overflowAnswer(study: Study): string[] {
  if (study.cells.length === 0) return [];
  const places = placesOf(study);
  const range = rangeOf(study.axis, places[0] ?? 0, places.at(-1) ?? 0);
  const clean = study.variants.filter((variant) => fullPlaces(study, variant).length === 0);
  const full = study.variants.filter((variant) => !clean.includes(variant));
  const alike = Map.groupBy(full, (variant) => overflowText(study, variant));
  const sentences = [...alike].map(
    ([text, variants]) =>
      `The accept ${variants.length === 1 ? "queue" : "queues"} of ${listed(variants)} ${text}.`,
  );
  if (clean.length === 0) return sentences;
  const names =
    clean.length === study.variants.length ? "No accept queue" : `No accept queue of ${listed(clean)}`;
  return [...sentences, `${names} overflowed in any run with ${range}.`];
}

function overflowText(study: Study, variant: string): string {
  const where = fullPlaces(study, variant).map((cell) => `${integer(cell.x)} (${runsOf(cell)})`);
  return `overflowed with a backlog of ${listed(where)}; ${untilWhen(study, variant)}`;
}

function untilWhen(study: Study, variant: string): string {
  const cells = cellsOf(study, variant);
  const last = fullPlaces(study, variant).at(-1);
  const above = cells.find((cell) => last !== undefined && cell.x > last.x);
  return above === undefined
    ? "no backlog measured was long enough"
    : `from ${placeOf(study.axis, above.x)} on none overflowed in any run`;
}

function fullPlaces(study: Study, variant: string): CellFigures[] {
  return cellsOf(study, variant).filter(({ results }) => results.some(overflowed));
}

function overflowed({ evidence }: CellFigures["cell"]): boolean {
  return (evidence.tcp.ListenOverflows ?? 0) > 0;
}

function runsOf({ results }: CellFigures): string {
  return `in ${results.filter(overflowed).length} of ${results.length} runs`;
}

/** The shortest queue against the longest. */
function fromLargest(study: Study, quantity: Quantity): string[] {
  const pairs = study.variants.flatMap((variant) => {
    const { smallest, largest } = endsOf(study, variant);
    if (smallest === null || largest === null) return [];
    const here = `with ${placeOf(study.axis, largest.x)}`;
    return [{ to: smallest, from: largest, there: `with ${placeOf(study.axis, smallest.x)}`, here }];
  });
  return changeSentences(study, quantity, pairs);
}
