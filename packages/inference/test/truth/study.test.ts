import { describe, expect, test } from "vitest";
import { proveScenario, SCENARIOS } from "../../src/truth/index.ts";

const EXPERIMENTS = 40;

describe.each([
  { starts: 2, blocks: 3, further: 0 },
  { starts: 3, blocks: 5, further: 0 },
  { starts: 2, blocks: 4, further: 12 },
  { starts: 2, blocks: 10, further: 24 },
])("with $starts starts of $blocks blocks and $further further ones where they settle most", (design) => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "99 %% intervals cover the truth in at least 97 %%, and at most 5 %% of the findings are false: %s",
    (_, scenario) => {
      const { coverage, falseFindings } = proveScenario(scenario, design, EXPERIMENTS);
      expect(coverage).toBeGreaterThanOrEqual(0.97);
      expect(falseFindings).toBeLessThanOrEqual(0.05);
    },
  );
});

test("an effect of 30 % is shown despite bursts in nearly all comparisons", () => {
  const scenario = SCENARIOS.find(({ effect }) => effect === 1.3) ?? expect.fail("no such scenario");
  const { answered } = proveScenario(scenario, { starts: 3, blocks: 5, further: 0 }, EXPERIMENTS);
  expect(answered).toBeGreaterThan(0.9);
});

test("a server compared with itself on a quiet machine is no difference", () => {
  const [quiet] = SCENARIOS;
  const design = { starts: 3, blocks: 5, further: 0 };
  expect(quiet && proveScenario(quiet, design, EXPERIMENTS).answered).toBeGreaterThan(0.9);
});

test("equal seeds give equal results", () => {
  const [scenario] = SCENARIOS;
  const design = { starts: 2, blocks: 3, further: 3 };
  const [first, again] = [3, 3].map((seed) => scenario && proveScenario(scenario, design, 5, seed));
  expect(again).toEqual(first);
});
