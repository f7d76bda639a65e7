import { expect, test } from "vitest";
import { cellsOf, PLANS, type Plan } from "../src/plan.ts";

test.each(PLANS.map((plan) => [plan.name, plan] as const))(
  "%s: every variant meets every load as often as it is repeated, and loads rise",
  (_, plan) => {
    const cells = cellsOf(plan);
    const loads = plan.variants.length * plan.connections.length * plan.clients.length;
    expect(new Set(cells.map(({ id }) => id)).size).toBe(loads * plan.repeats);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(loads);
    const first = cells.filter(({ repeat }) => repeat === 1).map(({ connections }) => connections);
    expect(first).toEqual(first.toSorted((a, b) => a - b));
    expect(cells.map(({ repeat }) => repeat)).toEqual(
      cells.map(({ repeat }) => repeat).toSorted((a, b) => a - b),
    );
  },
);

const PLAN = { ...PLANS[0], connections: [10], repeats: 6 } as Plan;

function orders(plan: Plan): string[] {
  const cells = cellsOf(plan).map(({ variant }) => variant);
  const size = plan.variants.length;
  return Array.from({ length: cells.length / size }, (_, round) =>
    cells.slice(round * size, (round + 1) * size).join(" "),
  );
}

test("each variant is equally often at each place, and no order comes twice before all have been", () => {
  const rounds = orders(PLAN);
  expect(new Set(rounds).size).toBe(6);
  for (const place of [0, 1, 2]) {
    const there = rounds.map((round) => round.split(" ")[place]);
    for (const { name } of PLAN.variants) expect(there.filter((one) => one === name)).toHaveLength(2);
  }
});

test("the seed decides the order", () => {
  expect(orders(PLAN)).toEqual(orders({ ...PLAN }));
  const seeds = Array.from({ length: 20 }, (_, seed) => orders({ ...PLAN, seed })[0]);
  expect(new Set(seeds).size).toBeGreaterThan(3);
});

test("a cell that is run once has no number of its run in its name", () => {
  expect(cellsOf({ ...PLAN, repeats: 1 })[0]?.id).toMatch(/^[a-z]+-10$/);
});
