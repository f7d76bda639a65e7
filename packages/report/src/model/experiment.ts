import type { LabResults } from "@c10k-lab/protocol";
import { type Group, listGroups } from "./group.ts";

/** One results folder of a report. */
export interface Experiment {
  readonly results: LabResults;
  /** Name of its plan, numbered where a report has several experiments of one plan: `idle`, `idle 2`. */
  readonly name: string;
  readonly groups: readonly Group[];
}

export function listExperiments(all: readonly LabResults[]): Experiment[] {
  return all.map((results, at) => {
    const { plan } = results.manifest;
    const before = all.slice(0, at).filter(({ manifest }) => manifest.plan === plan).length;
    return { results, name: before === 0 ? plan : `${plan} ${before + 1}`, groups: listGroups(results) };
  });
}

/** Returns whether somebody stopped the run. */
export function isInterrupted({ results }: Pick<Experiment, "results">): boolean {
  return results.manifest.outcome === "interrupted";
}

/** Returns a name fit for files: "as submitted" → "as-submitted". */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Returns the path of an experiment's figures, relative to the report. */
export function dataFile({ name }: Experiment, isOnly: boolean): string {
  return isOnly ? "summary.csv" : `data/${slug(name)}.csv`;
}
