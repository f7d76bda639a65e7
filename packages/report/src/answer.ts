import type { LabResults } from "@c10k-lab/protocol";
import { type Findings, findingsOf } from "./findings.ts";
import { studyOf } from "./study.ts";
import { warningsOf } from "./warnings.ts";

/** The report in plain sentences, for a terminal. */
export interface Answer extends Findings {
  readonly warnings: readonly string[];
}

export function answer(results: LabResults): Answer {
  const study = studyOf(results);
  return { ...findingsOf(study), warnings: warningsOf(study) };
}
