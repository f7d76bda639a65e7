import type { Level } from "@c10k-lab/protocol";
import { describeAnswer } from "@c10k-lab/words";
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
    charts: chartsOf(levels),
    answers: settled.slice(0, ANSWERS_MAX).map(describeAnswer),
    isFinished,
  };
}

function chartsOf(levels: readonly Level[]): LiveChart[] {
  const costs = levels.filter(({ quantity }) => quantity === "cost");
  return [...Map.groupBy(costs, ({ group }) => group).values()].map((group) => ({
    group: group[0]?.group ?? null,
    axis: group[0]?.axis ?? "connections",
    series: [...Map.groupBy(group, ({ variant }) => variant)].map(([variant, points]) => ({
      variant,
      points: points
        .map(({ axisValue, value, low, high }) => ({ axisValue, value, low, high }))
        .toSorted((a, b) => a.axisValue - b.axisValue),
    })),
  }));
}
