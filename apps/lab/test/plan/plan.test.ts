import { expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { parsePlan } from "../../src/plan/yaml/plan-file.ts";
import { findPlan, planNames } from "../../src/plan/yaml/plan-library.ts";

const RUN = planNames()
  .map(findPlan)
  .filter(({ search }) => search === null);

test.each(RUN.map((plan) => [plan.name, plan] as const))(
  "plan %s: every variant meets each of its loads in each repetition, and loads rise",
  (_, plan) => {
    const cells = cellsOf(plan);
    const points = plan.groups.map(({ repeats, variants }) => ({
      repeats,
      count: plan.clients.length * variants.flatMap(({ steps }) => steps).length,
    }));
    const total = (size: (point: (typeof points)[number]) => number) =>
      points.reduce((sum, point) => sum + size(point), 0);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(total(({ count, repeats }) => count * repeats));
    expect(new Set(cells.map(({ name }) => name)).size).toBe(total(({ count }) => count));
    for (const { name } of plan.groups) {
      const xs = cells
        .filter(({ repetition: repeat, group }) => repeat === 1 && group === name)
        .map(({ axisValue: x }) => x);
      expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    }
    expect(cells.map(({ repetition: repeat }) => repeat)).toEqual(
      cells.map(({ repetition: repeat }) => repeat).toSorted((a, b) => a - b),
    );
  },
);

const PLAN = parsePlan(
  "mine",
  "{ question: Q, about: A, vary: connections, values: [10], variants: { threaded: , select: , epoll: }, repeats: 6 }",
);
const NAMES = ["threaded", "select", "epoll"];

function orders(plan: Plan): string[] {
  const cells = cellsOf(plan).map(({ variant }) => variant);
  return Array.from({ length: cells.length / 3 }, (_, round) =>
    cells.slice(round * 3, (round + 1) * 3).join(" "),
  );
}

test("each variant is equally often at each place of the order, and no order repeats before all have occurred", () => {
  const rounds = orders(PLAN);
  expect(new Set(rounds).size).toBe(6);
  for (const place of [0, 1, 2]) {
    const there = rounds.map((round) => round.split(" ")[place]);
    for (const name of NAMES) expect(there.filter((one) => one === name)).toHaveLength(2);
  }
});

test("the seed decides the order", () => {
  expect(orders(PLAN)).toEqual(orders({ ...PLAN }));
  const seeds = Array.from({ length: 20 }, (_, seed) => orders({ ...PLAN, seed })[0]);
  expect(new Set(seeds).size).toBeGreaterThan(3);
});

test("the folder of a cell with one repetition has no number", () => {
  const groups = PLAN.groups.map((group) => ({ ...group, repeats: 1 }));
  expect(cellsOf({ ...PLAN, groups })[0]?.id).toMatch(/^[a-z]+-10$/);
});
