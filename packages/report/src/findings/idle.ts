import { changeOf } from "../comparison/change.ts";
import { compareAtHardest } from "../comparison/comparison.ts";
import { wallSentences } from "../comparison/wall.ts";
import type { Quantity } from "../model/quantities.ts";
import {
  CPU_PER_MESSAGE,
  DESCRIPTORS,
  INTENDED_P99,
  MEMORY_PER_CONNECTION,
  RATE,
  RESPONSE_P99,
} from "../model/quantities.ts";
import { isOpenLoop, type Study } from "../model/study.ts";
import { scalingAnswer } from "./by-load.ts";
import {
  balanceSentence,
  changesOverAxis,
  comparisons,
  endsOf,
  type Findings,
  overflowSentence,
  perVariant,
} from "./sentences.ts";

/** What connections cost that are open and silent: the most of them against none. */
export function idleFindings(study: Study): Findings {
  const isOpen = isOpenLoop(study);
  // At a fixed rate it shows in what a message takes, not in how many there are.
  const asked = isOpen ? [INTENDED_P99, CPU_PER_MESSAGE] : [RATE];
  const latency = isOpen ? INTENDED_P99 : RESPONSE_P99;
  const variants = study.variants.toSorted((a, b) => keptRate(study, a) - keptRate(study, b));
  const changes = (quantities: readonly Quantity[]) =>
    quantities.flatMap((quantity) => changesOverAxis(study, variants, quantity));
  // What tells the servers apart among as many as there are.
  const told = [...comparisons(study, isOpen ? latency : RATE), ...comparisons(study, CPU_PER_MESSAGE)];
  return {
    answer: [...changes(asked.slice(0, 1)), ...told, ...changes(asked.slice(1)), ...scalingAnswer(study)],
    evidence: [
      ...perVariant(study, compareAtHardest(study, DESCRIPTORS, 1), "scanned", "descriptors per wait"),
      ...changes(isOpen ? [] : [CPU_PER_MESSAGE]),
      ...perVariant(study, compareAtHardest(study, MEMORY_PER_CONNECTION), "grew by", "KiB per connection"),
    ],
    details: [
      ...wallSentences(study),
      ...changes(isOpen ? [] : [RESPONSE_P99]),
      ...(isOpen ? comparisons(study, RATE) : comparisons(study, latency)),
      ...overflowSentence(study),
      ...balanceSentence(study),
    ],
  };
}

/** To say first what changed most: 1 where no change may be claimed. */
function keptRate(study: Study, variant: string): number {
  const { smallest, largest } = endsOf(study, variant);
  return smallest === null || largest === null ? 1 : (changeOf(largest, smallest, RATE.value)?.ratio ?? 1);
}
