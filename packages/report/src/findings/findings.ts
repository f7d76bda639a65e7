import type { Experiment } from "../model/experiment.ts";
import { type Group, isAblation, isAnswered } from "../model/group.ts";
import type { Finding, Findings, Statement } from "./facts/finding.ts";
import { findByOption } from "./questions/ablation.ts";
import { findAcrossGroups } from "./questions/across-groups.ts";
import { findByBacklog } from "./questions/backlog.ts";
import { findByLoad } from "./questions/by-load.ts";
import { findCapacity } from "./questions/capacity.ts";
import { findByIdle } from "./questions/idle.ts";
import { findBySize } from "./questions/size.ts";
import { findBySlices } from "./questions/slices.ts";

/** Answers the question of a group, by what its plan varies. */
export function findInGroup(group: Group): Findings {
  if (isAnswered(group)) return findBySlices(group);
  if (isAblation(group)) return findByOption(group);
  switch (group.axis) {
    case "idle":
      return findByIdle(group);
    case "backlog":
      return findByBacklog(group);
    case "size":
      return findBySize(group);
    default:
      return findByLoad(group);
  }
}

/** Answers the question of a plan: the limits of a search, or the findings of all groups and between them. */
export function findInExperiment({ results, groups }: Experiment): Findings<Statement> {
  const overall = (finding: Finding): Statement => ({ group: null, finding });
  if (results.capacity !== null) {
    const { answer, details } = findCapacity(results.capacity);
    return { answer: answer.map(overall), evidence: [], details: details.map(overall) };
  }
  const all = groups.map((group) => ({ group: group.name, findings: findInGroup(group) }));
  const listsOf = (part: keyof Findings) =>
    all.map(({ group, findings }) => findings[part].map((finding): Statement => ({ group, finding })));
  return {
    answer: [...findAcrossGroups(groups).map(overall), ...takeTurns(listsOf("answer"))],
    evidence: takeTurns(listsOf("evidence")),
    details: listsOf("details").flat(),
  };
}

/** Returns the first of each list, then the second of each, so that every group is heard at the top. */
function takeTurns<One>(lists: readonly (readonly One[])[]): One[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat();
}
