import type { Finding } from "@c10k-lab/protocol";
import { axisWords, type Column, FINDING_QUANTITIES, figure, integer, MISSING, ratio } from "@c10k-lab/words";
import type { Group } from "../model/group.ts";
import { wideTableOf } from "../text/common-columns.ts";
import { blocks } from "../text/markdown.ts";

const COLUMNS: readonly Column<Finding>[] = [
  { head: "server", align: "left", cell: ({ variant }) => variant },
  { head: "at", cell: ({ axis, at }) => axisWords(axis).format(at) },
  { head: "quantity", align: "left", cell: ({ quantity }) => FINDING_QUANTITIES[quantity].noun },
  { head: "against", align: "left", cell: describeAgainst },
  { head: "effect", cell: ({ effect, against }) => (against === null ? figure(effect) : times(effect)) },
  { head: "interval", cell: describeInterval },
  { head: "verdict", align: "left", cell: ({ verdict, cause }) => cause ?? verdict },
  { head: "doubts", align: "left", cell: ({ doubts }) => doubts.map(({ reason }) => reason).join(", ") },
  { head: "slices", cell: ({ slices }) => integer(slices) },
  { head: "would take s", cell: ({ wouldTake }) => integer(wouldTake) },
];

/** Renders every finding of a group, with its interval. */
export function findingsTable({ experiment, name }: Group): string {
  const findings = experiment.findings?.findings.filter(({ group }) => group === name) ?? [];
  if (findings.length === 0) return "";
  return blocks(["### Findings", wideTableOf(COLUMNS, findings)]);
}

function describeAgainst({ question, axis, against }: Finding): string {
  if (against === null) return MISSING;
  if (question === "groups") return `“${against.group}”`;
  return question === "growth" ? `at ${axisWords(axis).format(against.axisValue)}` : against.variant;
}

/** Returns "1.25 to 1.59". A count that is the same in every repetition has no interval. */
function describeInterval({ low, high, against }: Finding): string {
  if (low === null || high === null || (against === null && low === high)) return MISSING;
  const format = against === null ? figure : ratio;
  return `${format(low)} to ${format(high)}`;
}

function times(effect: number | null): string {
  return effect === null ? MISSING : `×${ratio(effect)}`;
}
