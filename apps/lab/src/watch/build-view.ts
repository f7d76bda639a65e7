import type { Level } from "@c10k-lab/protocol";
import { axisWords, describeAnswer } from "@c10k-lab/words";
import type { Plan } from "../plan/plan.ts";
import type { LabSession } from "../session/lab-session.ts";
import { LiveLine } from "../terminal/live-line.ts";
import type { LiveChart, LiveView } from "./live-view.ts";

/** Answers that a page shows at most: the details have all. */
const ANSWERS_MAX = 12;

/** Returns the view of an experiment under way. */
export function buildView(plan: Plan, session: LabSession, isFinished: boolean): LiveView {
  const { findings, levels } = session.liveFindings;
  const settled = findings.filter(({ verdict }) => verdict !== "not-shown");
  return {
    plan: plan.name,
    question: plan.question,
    now: LiveLine.text ?? "starting …",
    charts: chartsOf(plan, levels),
    answers: settled.slice(0, ANSWERS_MAX).map(describeAnswer),
    isFinished,
  };
}

/** Returns whether a group has several loads, or gets them slice by slice: a chart of one shows no course. */
function hasCourse({ groups }: Plan, name: string | null): boolean {
  const group = groups.find((one) => one.name === name);
  return group?.measure === "slices" || (group?.variants ?? []).some(({ steps }) => steps.length > 1);
}

/** Returns the charts of the groups, variants in the order of the plan whichever was measured first. */
function chartsOf(plan: Plan, levels: readonly Level[]): LiveChart[] {
  const variants = [...new Set(plan.groups.flatMap((group) => group.variants.map(({ name }) => name)))];
  const costs = levels.filter(({ quantity, group }) => quantity === "cost" && hasCourse(plan, group));
  return [...Map.groupBy(costs, ({ group }) => group).values()].map((group) => ({
    group: group[0]?.group ?? null,
    axis: axisWords(group[0]?.axis ?? "connections").label,
    series: [...Map.groupBy(group, ({ variant }) => variant)]
      .map(([variant, points]) => ({
        variant,
        place: variants.indexOf(variant),
        points: points
          .map(({ axisValue, value, low, high }) => ({ axisValue, value, low, high }))
          .toSorted((a, b) => a.axisValue - b.axisValue),
      }))
      .toSorted((a, b) => a.place - b.place),
  }));
}
