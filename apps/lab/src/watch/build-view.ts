import type { Level } from "@c10k-lab/protocol";
import { axisWords, describeAnswer, FINDING_QUANTITIES } from "@c10k-lab/words";
import type { Group, Plan } from "../plan/plan.ts";
import type { LabSession } from "../session/lab-session.ts";
import { LiveLine } from "../terminal/live-line.ts";
import type { LiveChart, LiveView } from "./live-view.ts";

/** Answers that a page shows at most: the details have all. */
const ANSWERS_MAX = 12;

/**
 * Returns the view of an experiment under way.
 *
 * @param ended sentences on searches that have ended
 */
export function buildView(
  plan: Plan,
  session: Pick<LabSession, "liveFindings">,
  ended: readonly string[],
  isFinished: boolean,
): LiveView {
  const { findings, levels } = session.liveFindings;
  const settled = findings.filter(({ verdict }) => verdict !== "not-shown");
  return {
    plan: plan.name,
    question: plan.question,
    now: LiveLine.text ?? "starting …",
    charts: plan.search === null ? plan.groups.flatMap((group) => chartOf(plan, group, levels)) : [],
    lines: LiveLine.printed,
    answers: [...ended, ...settled.map(describeAnswer)].slice(0, ANSWERS_MAX),
    isFinished,
  };
}

/**
 * Returns the chart of a group, variants in the order of the plan whichever was measured first; none of one load, which
 * shows no course, unless it grows slice by slice.
 */
function chartOf(plan: Plan, group: Group, all: readonly Level[]): LiveChart[] {
  const axisValues = [...new Set(group.variants.flatMap(({ steps }) => steps.map(({ x }) => x)))].toSorted(
    (a, b) => a - b,
  );
  if (group.measure === "whole" && axisValues.length === 1) return [];
  const own = all.filter((level) => level.group === group.name);
  const quantity = own.find((level) => level.quantity === "cost")?.quantity ?? own[0]?.quantity ?? "cost";
  const levels = own.filter((level) => level.quantity === quantity);
  if (group.measure === "whole" && levels.length === 0) return [];
  const places = [...new Set(plan.groups.flatMap(({ variants }) => variants.map(({ name }) => name)))];
  const series = group.variants.flatMap(({ name: variant }) => {
    const points = levels
      .filter((level) => level.variant === variant)
      .map(({ axisValue, value, low, high }) => ({ axisValue, value, low, high }))
      .toSorted((a, b) => a.axisValue - b.axisValue);
    return points.length === 0 ? [] : [{ variant, place: places.indexOf(variant), points }];
  });
  const { label } = axisWords(group.axis);
  return [
    { group: group.name, quantity: FINDING_QUANTITIES[quantity].label, axis: label, axisValues, series },
  ];
}
