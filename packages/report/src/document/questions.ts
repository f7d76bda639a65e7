import { CONFIDENCE_PERCENT, EQUAL_WITHIN, REPETITIONS_MIN } from "@c10k-lab/inference";
import { type Capacity, type Level, SEARCHED } from "@c10k-lab/protocol";
import {
  describeAgreement,
  describeBest,
  describeEnd,
  describePlace,
  FINDING_QUANTITIES,
  figure,
  integer,
  listed,
  plural,
  rangeText,
  searchName,
} from "@c10k-lab/words";
import type { Experiment } from "../model/experiment.ts";
import { type Group, isAblation } from "../model/group.ts";
import { isHoldOnly } from "../story/answer-rows.ts";
import type { Story } from "../story/parts.ts";
import { explainSlowness } from "../story/reasons.ts";
import { blocks, commandBlock, text } from "../text/markdown.ts";
import { describeMachine } from "./environment.ts";
import { commandOf } from "./method.ts";

/** Values within so much of each other are named together. */
const EQUAL_PERCENT = Math.round(100 * (EQUAL_WITHIN - 1));

/** Answers what a reader asks next, a line each: which server, why, how sure, on which machine, how to repeat it. */
export function questions(stories: readonly Story[]): string {
  const experiments = stories.map(({ experiment }) => experiment);
  const manifests = experiments.map(({ results }) => results.manifest);
  const machines = [...new Set(manifests.map(describeMachine))];
  return blocks([
    [
      ...experiments.flatMap(listCheapest),
      ...experiments.flatMap(({ results }) => describeFurthest(results.capacity)),
      ...describeSlowness(experiments),
      line("How sure is it?", describeSettled(stories), hasRepetitions(experiments) ? "method" : undefined),
      line("Which machine?", `${listed(machines)}.`, "environment"),
      line("Can I repeat it?", "Yes, with this command in the project's folder:"),
    ].join("\n"),
    commandBlock([...new Set(experiments.map(({ results }) => commandOf(results)))]),
  ]);
}

function hasRepetitions(experiments: readonly Experiment[]): boolean {
  return experiments.some(({ results }) => results.repetitions.length > 0);
}

function line(question: string, answer: string, section?: string): string {
  const link = section === undefined ? "" : ` [More](#${section}).`;
  return `- **${text(question)}** ${text(answer)}${link}`;
}

/** Names the cheapest servers of each group; the group as well where several ask of the same load. */
function listCheapest({ groups }: Experiment): string[] {
  const found = groups.flatMap((group) => {
    const { axis, name } = group;
    const answer = describeCheapest(group);
    const load = axis === "idle" ? "mostly idle connections" : "busy connections";
    return answer === null ? [] : [{ load, name, answer }];
  });
  return found.map(({ load, name, answer }) => {
    const isAlone = found.filter((one) => one.load === load).length === 1;
    return line(`Which server for ${load}${isAlone ? "" : ` (${name})`}?`, answer);
  });
}

/** Names the servers with the lowest cost at a group's highest load, all within 5 %; null where the load is not what varies. */
function describeCheapest(group: Group): string | null {
  if (isAblation(group) || (group.axis !== "idle" && group.axis !== "connections")) return null;
  const { levels = [], findings = [] } = group.experiment.findings ?? {};
  if (isHoldOnly(group, findings)) return null;
  const costs = levels.filter((level) => level.group === group.name && level.quantity === "cost");
  const highest = Math.max(...costs.map(({ axisValue }) => axisValue));
  const ordered = costs
    .filter(({ axisValue }) => axisValue === highest)
    .toSorted((a, b) => a.value - b.value);
  const [lowest] = ordered;
  if (lowest === undefined) return null;
  const isAlike = ({ value }: Level) => value <= EQUAL_WITHIN * lowest.value;
  const [alike, others] = [ordered.filter(isAlike), ordered.filter((level) => !isAlike(level))];
  if (others.length === 0) return null;
  const { noun, unit } = FINDING_QUANTITIES.cost;
  const rest = listed(others.map((level) => `${level.variant} ${figure(level.value)}`));
  const first =
    alike.length === 1
      ? `${lowest.variant} has the lowest ${noun} measured: ${figure(lowest.value)} ${unit}${describeInterval(lowest)}`
      : `${listed(alike.map(({ variant }) => variant))} have the lowest ${noun} measured, alike within ${EQUAL_PERCENT} %: ${rangeText(
          alike.map(({ value }) => value),
          figure,
        )} ${unit}`;
  return `At ${describePlace(group.axis, highest)} ${first}, against ${rest}.`;
}

function describeInterval({ low, high }: Level): string {
  return low === null || high === null
    ? ""
    : ` (${CONFIDENCE_PERCENT} % interval ${figure(low)} to ${figure(high)})`;
}

/** Names the servers whose limits are highest in each direction of a search. */
function describeFurthest(capacity: Capacity | null): string[] {
  if (capacity === null) return [];
  return SEARCHED.flatMap((searched) => {
    const answer = describeBest(capacity.searches.filter((one) => one.searched === searched));
    const load = searched === "rate" ? "a high rate" : "many connections";
    return answer === null ? [] : [line(`Which server for ${load}?`, answer)];
  });
}

/** Explains why servers are slow: of the groups that show it the one with most of them. Of a search, why the first stops. */
function describeSlowness(experiments: readonly Experiment[]): string[] {
  const found = experiments.flatMap(({ groups, results }) =>
    groups.flatMap((group) => explainSlowness(group, results.findings?.findings ?? []) ?? []),
  );
  const [first] = found.toSorted((a, b) => b.variants.length - a.variants.length);
  if (first === undefined) return experiments.flatMap(({ results }) => describeStop(results.capacity));
  const verb = first.variants.length === 1 ? "is" : "are";
  return [line(`Why ${verb} ${listed(first.variants)} slow?`, first.reason)];
}

/** Explains why the first server of a search stops: of the search that raises connections, where a server's own limit ends it. */
function describeStop(capacity: Capacity | null): string[] {
  const stopped =
    capacity?.searches.filter(
      ({ searched, met, failed }) => searched === "connections" && met !== null && failed !== null,
    ) ?? [];
  const [first, ...others] = stopped.toSorted((a, b) => (a.met ?? 0) - (b.met ?? 0));
  if (first === undefined || others.some(({ met }) => met === first.met)) return [];
  return [line(`Why does ${searchName(first)} stop first?`, describeEnd(first))];
}

/** Tells how many of the comparisons asked for are settled, and by what; or that none was asked for. */
function describeSettled(stories: readonly Story[]): string {
  const asked = stories.flatMap(({ comparisons }) => comparisons).filter(({ low }) => low !== null);
  const settled = asked.filter(({ verdict }) => verdict !== "not-shown");
  const searches = stories.flatMap(({ experiment }) => experiment.results.capacity?.searches ?? []);
  if (asked.length > 0) {
    return `Each difference named has a ${CONFIDENCE_PERCENT} % interval that leaves out 1. So far ${integer(settled.length)} of ${plural(asked.length, "comparison")} ${settled.length === 1 ? "is" : "are"} settled.`;
  }
  if (searches.length > 0) return describeAgreement(searches);
  return `No difference is claimed: each load was measured ${describeRepeats(stories)}, and an interval takes ${REPETITIONS_MIN} repetitions or more.`;
}

function describeRepeats(stories: readonly Story[]): string {
  const cells = stories.flatMap(({ experiment }) => experiment.groups.flatMap(({ cells }) => cells));
  const most = Math.max(0, ...cells.map(({ repetitions }) => repetitions.length));
  return most === 1 ? "once" : `at most ${plural(most, "time")}`;
}
