import { changeOf } from "../change.ts";
import { compareAtLargest } from "../comparison.ts";
import { CPU_PER_MESSAGE, DESCRIPTORS, MEMORY_PER_CONNECTION, RATE, RESPONSE_P99 } from "../quantities.ts";
import { cellsOf, isWhole, type Study } from "../study.ts";
import { wallSentences } from "../wall.ts";
import { scalingAnswer } from "./by-load.ts";
import {
  balanceSentence,
  changeOverAxis,
  comparisons,
  type Findings,
  overflowSentence,
  perVariant,
} from "./sentences.ts";

/** What connections cost that are open and silent: the most of them against none. */
export function idleFindings(study: Study): Findings {
  const variants = study.variants.toSorted((a, b) => keptRate(study, a) - keptRate(study, b));
  return {
    answer: [...variants.flatMap((variant) => changeOverAxis(study, variant, RATE)), ...scalingAnswer(study)],
    evidence: [
      ...perVariant(study, compareAtLargest(study, DESCRIPTORS, 1), "scanned", "descriptors per wait"),
      ...variants.flatMap((variant) => changeOverAxis(study, variant, CPU_PER_MESSAGE)),
      ...perVariant(study, compareAtLargest(study, MEMORY_PER_CONNECTION), "grew by", "KiB per connection"),
    ],
    details: [
      ...wallSentences(study),
      ...variants.flatMap((variant) => changeOverAxis(study, variant, RESPONSE_P99)),
      ...comparisons(study, RATE),
      ...comparisons(study, RESPONSE_P99),
      ...comparisons(study, CPU_PER_MESSAGE),
      ...overflowSentence(study),
      ...balanceSentence(study),
    ],
  };
}

/** To say first what changed most: 1 where no change may be claimed. */
function keptRate(study: Study, variant: string): number {
  const cells = cellsOf(study, variant).filter(isWhole);
  const [from, to] = [cells[0], cells.at(-1)];
  return from === undefined || to === undefined ? 1 : (changeOf(to, from, RATE.value)?.ratio ?? 1);
}
