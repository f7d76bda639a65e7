import { chooseFurther } from "../further.ts";
import { seedGenerator } from "../generator.ts";
import { median } from "../interval.ts";
import { type Effect, estimateEffects } from "../starts.ts";
import { judgeEffect, UNBOUNDED } from "../verdict.ts";
import { drawStart, drawStartSd, type Random, type Scenario } from "./scenario.ts";

/** A simulated experiment: each comparison has at least `starts`; further ones go where the lab's rule sends them. */
export interface Design {
  readonly starts: number;
  readonly blocks: number;
  /** Further starts that the budget allows, of all comparisons together. */
  readonly further: number;
}

/** Result of many simulated experiments. Shares are 0 to 1. */
export interface Proof {
  /** Share of intervals that hold the true effect. */
  readonly coverage: number;
  /** Share of verdicts that claim a difference that is not there, or one that leaves out the truth. */
  readonly falseFindings: number;
  /** Share of verdicts other than “not shown”. */
  readonly answered: number;
  /** Median of half the width of the interval, as a factor. */
  readonly halfWidth: number;
}

/** Comparisons of an experiment, which share what is known of the variance between starts. */
const COMPARISONS = 6;

/** Simulates experiments under a scenario and compares their intervals with the known truth. */
export function proveScenario(scenario: Scenario, design: Design, experiments: number, seed = 1): Proof {
  const random = seedGenerator(seed);
  const effects = Array.from({ length: experiments }, () => simulate(scenario, design, random)).flat();
  const share = (holds: (effect: Effect) => boolean) => effects.filter(holds).length / effects.length;
  return {
    coverage: share(({ low, high }) => low <= scenario.effect && scenario.effect <= high),
    falseFindings: share((effect) => isFalse(effect, scenario)),
    answered: share((effect) => judgeEffect(effect, UNBOUNDED) !== "not-shown"),
    halfWidth: median(effects.map(({ effect, high }) => high / effect)) ?? 1,
  };
}

function simulate(scenario: Scenario, { starts, blocks, further }: Design, random: Random): Effect[] {
  const comparisons = Array.from({ length: COMPARISONS }, () => {
    const startSd = drawStartSd(scenario, random);
    const draw = () => drawStart(scenario, startSd, blocks, random);
    return { draw, starts: Array.from({ length: starts }, draw) };
  });
  const estimate = () => estimateEffects(comparisons.map((comparison) => comparison.starts));
  let effects = estimate();
  for (let left = further; left > 0; left--) {
    const spent = comparisons.map((comparison, index) => ({
      comparison,
      effects: [effects[index] as Effect],
      spentS: comparison.starts.length,
    }));
    const next = chooseFurther(spent)?.comparison;
    if (next === undefined) break;
    next.starts.push(next.draw());
    effects = estimate();
  }
  return effects;
}

function isFalse(effect: Effect, { effect: truth }: Scenario): boolean {
  const verdict = judgeEffect(effect, UNBOUNDED);
  if (verdict !== "shown") return false;
  return truth === 1 || effect.low > truth || effect.high < truth;
}
