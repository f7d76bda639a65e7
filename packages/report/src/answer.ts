import type { LabResults } from "@c10k-lab/protocol";
import { type Findings, findingsOf } from "./findings.ts";
import { type Study, studiesOf } from "./study.ts";
import { warningsOf } from "./warnings.ts";

/** The report in plain sentences, for a terminal. */
export interface Answer extends Findings {
  readonly warnings: readonly string[];
}

export function answer(results: LabResults): Answer {
  const studies = studiesOf(results);
  const of = (sentences: (study: Study) => readonly string[]) =>
    studies.flatMap((study) => sentences(study).map((sentence) => within(study, sentence)));
  return {
    answer: of((study) => findingsOf(study).answer),
    details: of((study) => findingsOf(study).details),
    warnings: of(warningsOf),
  };
}

/** A sentence of a group says which. */
function within({ group }: Study, sentence: string): string {
  return group === null ? sentence : `${group}: ${sentence}`;
}
