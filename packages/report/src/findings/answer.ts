import type { LabResults } from "@c10k-lab/protocol";
import { runsOf } from "../model/run.ts";
import { findingsOfRun, within } from "./findings.ts";
import { warningsOf } from "./warnings.ts";

/** The report in plain sentences, for a terminal. */
export interface Answer {
  /** To the plan's question. */
  readonly answer: readonly string[];
  readonly details: readonly string[];
  readonly warnings: readonly string[];
}

export function answer(results: LabResults): Answer {
  return runsOf([results])
    .map((run) => {
      const { answer: sentences, evidence, details } = findingsOfRun(run);
      const warnings = run.studies.flatMap((study) =>
        warningsOf(study).map((sentence) => within(study, sentence)),
      );
      return { answer: sentences, details: [...evidence, ...details], warnings };
    })
    .reduce((only) => only);
}
