import type { Findings, Level } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { findPlan } from "../../src/plan/yaml/plan-library.ts";
import { buildView } from "../../src/watch/build-view.ts";

const LEVEL: Level = {
  ...{ group: "idle", axis: "idle", variant: "epoll", axisValue: 5000, quantity: "cost", value: 6 },
  ...{ low: null, high: null, isLowerBound: false, slices: 3 },
};

/** Returns the view of a plan of the lab of which these values are known. */
function view(name: string, levels: readonly Level[], ended: readonly string[] = []) {
  const liveFindings: Findings = {
    schema: "c10k-lab/findings/1",
    ...{ findings: [], levels: [...levels], unmeasured: [] },
  };
  return buildView(findPlan(name), { liveFindings }, ended, false);
}

test("Charts stand in the order of the plan with all of its axis values, whichever load is measured first", () => {
  expect(view("quick", []).charts).toEqual([
    expect.objectContaining({ group: "busy", axisValues: [10, 1000, 4000], series: [] }),
    expect.objectContaining({ group: "idle", axisValues: [0, 1000, 5000], series: [] }),
  ]);
  const [busy, idle] = view("quick", [LEVEL]).charts;
  expect(busy?.series).toEqual([]);
  expect(idle?.series).toMatchObject([
    { variant: "epoll", place: 2, points: [{ axisValue: 5000, value: 6 }] },
  ]);
});

test("A plan that is measured whole has a chart of what it asks for, once something is known", () => {
  expect(view("churn", []).charts).toEqual([]);
  const rate: Level = {
    ...LEVEL,
    group: null,
    axis: "connect-rate",
    axisValue: 1000,
    quantity: "connection-rate",
  };
  expect(view("churn", [rate]).charts).toMatchObject([{ quantity: "connections per second, achieved" }]);
});

test("A search has no chart, and tells of each search that has ended", () => {
  const { charts, answers } = view("capacity", [], ["select missed the objective."]);
  expect([charts, answers]).toEqual([[], ["select missed the objective."]]);
});
