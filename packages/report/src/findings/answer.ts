import type { LabResults } from "@c10k-lab/protocol";
import { listExperiments } from "../model/experiment.ts";
import { describeStatement } from "./facts/describe-finding.ts";
import { findInExperiment } from "./findings.ts";
import { describeWarning, listWarnings } from "./warnings.ts";

/** Returns findings and warnings as sentences, for a terminal. */
export function answer(results: LabResults) {
  const [experiment] = listExperiments([results]);
  if (experiment === undefined) return { answer: [], details: [], warnings: [] };
  const { answer: statements, evidence, details } = findInExperiment(experiment);
  return {
    /** Answers to the plan's question. */
    answer: statements.map(describeStatement),
    details: [...evidence, ...details].map(describeStatement),
    warnings: experiment.groups.flatMap((group) =>
      listWarnings(group).map((warning) => describeWarning(warning, group.name)),
    ),
  };
}
