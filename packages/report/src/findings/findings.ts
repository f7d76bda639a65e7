import type { Run } from "../model/run.ts";
import { isAblation, type Study } from "../model/study.ts";
import { ablationFindings } from "./ablation.ts";
import { acrossGroups } from "./across-groups.ts";
import { backlogFindings } from "./backlog.ts";
import { loadFindings } from "./by-load.ts";
import { capacityFindings } from "./capacity.ts";
import { idleFindings } from "./idle.ts";
import type { Findings } from "./sentences.ts";
import { sizeFindings } from "./size.ts";

/** What one study says to its question, by what was varied. */
export function findingsOf(study: Study): Findings {
  if (isAblation(study)) return ablationFindings(study);
  switch (study.axis) {
    case "idle":
      return idleFindings(study);
    case "backlog":
      return backlogFindings(study);
    case "size":
      return sizeFindings(study);
    default:
      return loadFindings(study);
  }
}

/** What a whole run says: of a search its limits, else of each study, and of the groups against each other. */
export function findingsOfRun({ results, studies }: Run): Findings {
  if (results.capacity !== null) return capacityFindings(results.capacity);
  const all = studies.map((study) => ({ study, findings: findingsOf(study) }));
  const of = (part: keyof Findings) =>
    all.map(({ study, findings }) => findings[part].map((sentence) => within(study, sentence)));
  return {
    answer: [...acrossGroups(studies), ...inTurns(of("answer"))],
    evidence: inTurns(of("evidence")),
    details: of("details").flat(),
  };
}

/** The first of each, then the second of each: what is said first is of all of them. */
function inTurns(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat();
}

/** A sentence of a group says which. */
export function within({ group }: Study, sentence: string): string {
  return group === null ? sentence : `${group}: ${sentence}`;
}
