import { expect, test } from "vitest";
import { cellsOf, PLANS } from "../src/plan.ts";

test.each(PLANS.map((plan) => [plan.name, plan] as const))(
  "%s: every server meets every load once, loads rise",
  (_, plan) => {
    const cells = cellsOf(plan);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(plan.servers.length * plan.connections.length);
    const loads = cells.map(({ connections }) => connections);
    expect(loads).toEqual([...loads].sort((a, b) => a - b));
  },
);

test("no server is always the first to meet a load", () => {
  for (const plan of PLANS) {
    const first = cellsOf(plan).filter((_, at) => at % plan.servers.length === 0);
    expect(new Set(first.map(({ server }) => server)).size).toBe(
      Math.min(plan.servers.length, plan.connections.length),
    );
  }
});
