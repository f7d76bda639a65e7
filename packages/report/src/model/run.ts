import type { LabResults } from "@c10k-lab/protocol";
import { type Study, studiesOf } from "./study.ts";

/** One results folder of a report. */
export interface Run {
  readonly results: LabResults;
  /** Its plan's name, numbered where a report has several runs of one: `idle`, `idle 2`. */
  readonly name: string;
  readonly studies: readonly Study[];
}

export function runsOf(all: readonly LabResults[]): Run[] {
  return all.map((results, at) => {
    const { plan } = results.manifest;
    const before = all.slice(0, at).filter(({ manifest }) => manifest.plan === plan).length;
    return { results, name: before === 0 ? plan : `${plan} ${before + 1}`, studies: studiesOf(results) };
  });
}

/** For file names: "as submitted" → "as-submitted" */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** "origin (as submitted)"; of a plan without groups its name. */
export function titleOf({ name }: Run, { group }: Study): string {
  return group === null ? name : `${name} (${group})`;
}

/** Where the figures of a run are, beside the report. */
export function dataFile({ name }: Run, isOnly: boolean): string {
  return isOnly ? "summary.csv" : `data/${slug(name)}.csv`;
}
