import { type Finding, isRefusal } from "@c10k-lab/protocol";
import {
  type Claim,
  claimFall,
  claimOf,
  describeClaim,
  describeNoClaim,
  describeRefusal,
  describeUnmeasured,
  isQueueing,
  joinClaims,
} from "@c10k-lab/words";
import { type Experiment, isInterrupted } from "../model/experiment.ts";
import { type Group, isAblation, levelsOf, listAxisValues } from "../model/group.ts";
import { costTable } from "../text/cost-table.ts";
import { rowsOf } from "./answer-rows.ts";
import { drawStory } from "./charts.ts";
import { summarizeCosts } from "./connection-costs.ts";
import { describeDoubts } from "./doubts.ts";
import type { Section, Story } from "./parts.ts";
import { claimQueues, type QueueClaim } from "./queues.ts";
import {
  explainNothing,
  explainQueue,
  listFailures,
  listReasons,
  mergeRefusals,
  strengthOf,
} from "./reasons.ts";
import { tellCapacity } from "./search-story.ts";

/** A section with the claim that orders it. */
interface Told {
  readonly section: Section;
  readonly claim: Claim;
  /** The group has several loads, so that a chart shows how a server scales. */
  readonly isAlongAxis: boolean;
}

/** Sentences of an answer: more would be a list, and the headings of the sections are that. */
const SENTENCES_MAX = 2;

/** @param servers of the report, in the order of their colours */
export function tellStory(experiment: Experiment, servers: readonly string[]): Story {
  const { capacity, findings: found } = experiment.results;
  if (capacity !== null) return tellCapacity(experiment, capacity, servers);
  const all = found?.findings ?? [];
  const queues = claimQueues(experiment);
  const sections = experiment.groups.flatMap((group) =>
    tellGroup(experiment, group, servers, queues?.group === group ? queues : null),
  );
  const strongest = sections.toSorted((a, b) => b.claim.strength - a.claim.strength);
  const falls = experiment.groups.flatMap((group) => claimFall(levelsOf(group)) ?? []);
  const failures = experiment.groups.flatMap((group) => listFailures(group, all));
  const claims = chooseClaims(strongest, falls);
  const told = mergeRefusals(claims.flatMap(({ tells }) => tells));
  const remarks =
    all.length > 0 ? [...failures, ...explainRefusals(told)] : explainNothing(experiment.results.repetitions);
  const costs = experiment.groups.flatMap((group) => summarizeCosts(group) ?? []);
  const rows = experiment.groups.flatMap((group) => rowsOf(group, all));
  const isAboutServers = experiment.groups.some(isAboutLoad);
  const answer = claims.length > 0 ? joinClaims(claims, isAboutServers) : [describeNoClaim(rows.length > 0)];
  return {
    experiment,
    answer: [...answer, ...costs].slice(0, SENTENCES_MAX),
    rows,
    sections: sections.map(({ section }) => section),
    lead: chooseLead(strongest),
    findings: chooseUntold(all, told),
    remarks: [...new Set(remarks)],
    comparisons: listAsked(all),
    unmeasured: found && describeUnmeasured(found, isInterrupted(experiment)),
  };
}

/** @param queues the claim that the accept queues of the group make; null where its findings make it */
function tellGroup(
  experiment: Experiment,
  group: Group,
  servers: readonly string[],
  queues: QueueClaim | null,
): Told[] {
  const findings = experiment.results.findings?.findings.filter((one) => one.group === group.name) ?? [];
  if (findings.length === 0) return [];
  const claim = queues?.claim ?? claimOf(findings);
  const section = {
    name: group.name ?? experiment.name,
    claim: queues?.heading ?? describeClaim(claim),
    charts: drawStory(experiment, group, claim.quantity, servers),
    table: costTable(group),
    reasons: queues === null ? listReasons(group, findings, claim) : explainQueue(group),
    footnote: describeDoubts(findings),
  };
  return [{ section, claim, isAlongAxis: listAxisValues(group).length > 1 }];
}

/** Returns the section whose chart comes first: the strongest that shows how a server scales, or else the strongest. */
function chooseLead(strongest: readonly Told[]): Section | null {
  const drawn = strongest.filter(({ section }) => section.charts.length > 0);
  return (drawn.find(({ isAlongAxis }) => isAlongAxis) ?? drawn[0])?.section ?? null;
}

/** Returns the claims of an answer: those that show something, then rates that fall; or else the first. */
function chooseClaims(strongest: readonly Told[], falls: readonly Claim[]): Claim[] {
  const claims = strongest.map(({ claim }) => claim);
  const told = [...claims.filter(({ strength }) => strength > 1), ...falls].slice(0, SENTENCES_MAX);
  return told.length === 0 ? claims.slice(0, 1) : told;
}

/** Returns whether the plan raises the load on different servers. */
function isAboutLoad(group: Group): boolean {
  const isLoad = group.axis !== "size" && group.axis !== "backlog";
  return isLoad && !isAblation(group) && listAxisValues(group).length > 0 && group.variants.length > 1;
}

/**
 * Returns the comparisons that a plan asks for: those of the question and the quantity that a group compares first. A group
 * that is measured once, beside others with intervals, asks for a limit alone.
 */
function listAsked(all: readonly Finding[]): Finding[] {
  const compared = all.filter(({ question }) => question !== "limit");
  const asked = compared.filter(({ group, question, quantity }) => {
    const first = compared.find((one) => one.group === group);
    return question === first?.question && quantity === first.quantity;
  });
  const known = asked.filter(({ low }) => low !== null);
  return known.length === 0 ? asked : known;
}

/** Returns why servers refused connections, where the answer says how many they held: a sentence each. */
function explainRefusals(told: readonly Finding[]): string[] {
  return told
    .filter(({ cause }) => isRefusal(cause))
    .map((finding) => `${finding.variant} ${describeRefusal(finding)}.`);
}

/**
 * Returns the findings that say what answer and table do not, the strongest first: refusals with their reason, and each
 * difference at the load where it is clearest. Of values that are alike there is one a quantity.
 */
function chooseUntold(all: readonly Finding[], told: readonly Finding[]): Finding[] {
  const settled = mergeRefusals(all)
    .filter((one) => one.verdict !== "not-shown" && !isQueueing(one))
    .filter((one) => one.question !== "limit" || isRefusal(one.cause))
    .toSorted((a, b) => rankOf(b) - rankOf(a));
  const known = new Set(told.map(topicOf));
  const alike = Map.groupBy(
    settled.filter((one) => !known.has(topicOf(one))),
    topicOf,
  );
  return [...alike.values()].flatMap((same) => same.slice(0, 1));
}

/** Returns what findings have in common that differ in the load alone, or that all say that nothing differs. */
function topicOf({ group, question, quantity, variant, verdict }: Finding): string {
  return [group, question, quantity, verdict === "no-difference" ? "" : variant].join(" ");
}

/** Returns the factor that a finding shows at least; refusals come first. */
function rankOf(finding: Finding): number {
  return finding.question === "limit" ? Number.POSITIVE_INFINITY : strengthOf(finding);
}
