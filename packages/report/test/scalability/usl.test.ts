import { type Coefficients, fit, peakOf, type RatePoint, rateAt, residualOf } from "@c10k-lab/inference";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { USL_POINTS_MIN } from "../../src/model/limits.ts";
import { type Fitted, fittedTo } from "../../src/scalability/fitted.ts";
import { peakIn } from "../../src/scalability/peak.ts";

const LOADS = [1, 2, 5, 10, 50, 100, 500, 1000];

const law = fc.record({
  gamma: fc.double({ min: 1, max: 1e6, noNaN: true }),
  alpha: fc.double({ min: 0, max: 1, noNaN: true }),
  beta: fc.double({ min: -7, max: -2, noNaN: true }).map((exponent) => 10 ** exponent),
});
const rates = (min: number, max: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: LOADS.length, maxLength: LOADS.length });

function pointsOn(coefficients: Coefficients, factors: readonly number[] = []): RatePoint[] {
  return LOADS.map((load, index) => [load, rateAt(coefficients, load) * (factors[index] ?? 1)]);
}

function squares(coefficients: Coefficients, points: readonly RatePoint[]): number {
  return points.reduce((sum, point) => sum + residualOf(coefficients, point) ** 2, 0);
}

describe("the law", () => {
  it("The law is highest at its peak", () => {
    fc.assert(
      fc.property(law, (coefficients) => {
        // Below one worker there is no rate.
        fc.pre(coefficients.alpha < 0.9);
        const peak = peakOf(coefficients);
        const top = rateAt(coefficients, peak) * (1 + 1e-12);
        expect(rateAt(coefficients, peak * 1.01)).toBeLessThanOrEqual(top);
        expect(rateAt(coefficients, peak / 1.01)).toBeLessThanOrEqual(top);
      }),
    );
    expect(peakOf({ gamma: 1, alpha: 0.5, beta: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a fit", () => {
  it("A fit finds the coefficients of rates without noise", () => {
    fc.assert(
      fc.property(law, (coefficients) => {
        const found = fit(pointsOn(coefficients));
        expect((found?.gamma ?? 0) / coefficients.gamma).toBeCloseTo(1, 6);
        expect(found?.alpha).toBeCloseTo(coefficients.alpha, 6);
        expect((found?.beta ?? 0) / coefficients.beta).toBeCloseTo(1, 4);
      }),
    );
  });

  it("A fit comes at least as close to noisy rates as the law they were made with, or any other", () => {
    fc.assert(
      fc.property(law, rates(0.8, 1.2), law, (made, noise, other) => {
        const points = pointsOn(made, noise);
        const found = fit(points);
        const least = found === null ? Number.NaN : squares(found, points);
        expect(least).toBeLessThanOrEqual(squares(made, points) + 1e-9);
        expect(least).toBeLessThanOrEqual(squares(other, points) + 1e-9);
      }),
    );
  });

  it("A fit has no coefficient below 0 and no contention above 1, whatever the rates", () => {
    fc.assert(
      fc.property(rates(1e-3, 1e9), (anything) => {
        const found = fit(LOADS.map((load, index) => [load, anything[index] ?? 0]));
        fc.pre(found !== null);
        expect(found?.gamma).toBeGreaterThan(0);
        expect(found?.gamma).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(found?.alpha).toBeGreaterThanOrEqual(0);
        expect(found?.alpha).toBeLessThanOrEqual(1);
        expect(found?.beta).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("A fit of rates that grow faster than the load is a straight line", () => {
    const found = fit(LOADS.map((load) => [load, 100 * load ** 1.2]));
    expect(found).toMatchObject({ alpha: 0, beta: 0 });
    expect(found?.gamma).toBeGreaterThan(100);
  });

  it("A fit does not exist without points, nor where no γ is large enough", () => {
    expect(fit([])).toBeNull();
    expect(fit([2, 4, 8, 16, 32, 64].map((load) => [load, 1000 / (load - 1)]))).toBeNull();
  });

  // SPEC SDM91 on a Sun SPARCcenter 2000: the data of Gunther's book and of the R package usl.
  const SDM91: RatePoint[] = [
    [1, 64.9],
    [18, 995.9],
    [36, 1652.4],
    [72, 1853.2],
    [108, 1828.9],
    [144, 1775],
    [180, 1702.2],
    [216, 1723.5],
  ];

  it("A fit of SPEC SDM91 is that of an independent solver (scipy 1.17, least_squares on X / X(N) - 1)", () => {
    const found = fit(SDM91);
    expect(found?.gamma).toBeCloseTo(68.25802579, 6);
    expect(found?.alpha).toBeCloseTo(0.013522618678, 10);
    expect(found?.beta).toBeCloseTo(0.000114356095, 12);
  });

  it("A fit of SPEC SDM91 follows all rates, where the published one, of plain differences, misses the first by 28 %", () => {
    const published = { gamma: 89.995233, alpha: 0.0277285, beta: 0.0001044 };
    const found = fit(SDM91);
    const furthest = (one: Coefficients) =>
      Math.max(...SDM91.map((point) => Math.abs(residualOf(one, point))));
    expect(furthest(published)).toBeCloseTo(0.28, 2);
    expect(found === null ? 1 : furthest(found)).toBeLessThan(0.1);
    // Both see the peak at nearly the same load.
    expect(found === null ? 0 : peakOf(found) / peakOf(published)).toBeGreaterThan(0.95);
    expect(found === null ? 0 : peakOf(found) / peakOf(published)).toBeLessThan(1.05);
  });
});

/** Numbers that scatter like a normal distribution with mean 0 and variance 1, the same at every call. */
function scatter(seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

/** Loads that lie off the law by 5 % or so, each run three times, the runs 1 % apart or so. */
function studied(coefficients: Coefficients, loads: readonly number[], random: () => number): Fitted | null {
  const runs = loads.map((load) => {
    const rate = rateAt(coefficients, load) * (1 + 0.05 * random());
    return [1, 2, 3].map(() => rate * (1 + 0.01 * random())).toSorted((a, b) => a - b);
  });
  return fittedTo(
    loads.map((load, index): RatePoint => [load, runs[index]?.[1] ?? 0]),
    runs,
  );
}

const STUDIES = 40;

describe("intervals", () => {
  const exact = { gamma: 25_000, alpha: 0.2, beta: 2e-5 };

  it("Intervals are points where runs agree and lie on the law", () => {
    const points = pointsOn(exact);
    const runs = points.map(([, rate]) => [rate, rate, rate]);
    const intervals = fittedTo(points, runs)?.intervals;
    for (const [interval, value] of [
      [intervals?.gamma, exact.gamma],
      [intervals?.alpha, exact.alpha],
      [intervals?.beta, exact.beta],
      [intervals?.peak, 200],
    ] as const) {
      expect((interval?.low ?? 0) / value).toBeCloseTo(1, 6);
      expect((interval?.high ?? 0) / value).toBeCloseTo(1, 6);
    }
  });

  it("Intervals are the same at every call, and hold what was fitted", () => {
    const group = () => studied(exact, LOADS, scatter(3));
    expect(group()).toEqual(group());
    const { coefficients, intervals } = group() ?? {};
    for (const name of ["gamma", "alpha", "beta"] as const) {
      expect(intervals?.[name].low).toBeLessThan(coefficients?.[name] ?? 0);
      expect(intervals?.[name].high).toBeGreaterThan(coefficients?.[name] ?? 0);
    }
  });

  it("Intervals do not exist where a load was run twice only", () => {
    const points = pointsOn(exact);
    const runs = points.map(([, rate], index) => (index === 3 ? [rate, rate] : [rate, rate, rate]));
    expect(fittedTo(points, runs)).toMatchObject({ intervals: null });
  });

  it("Intervals of a peak within the data hold it in over 80 of 100 simulations", () => {
    const random = scatter(5);
    const peaks = Array.from(
      { length: STUDIES },
      () => studied(exact, [...LOADS, 4000], random)?.intervals?.peak,
    );
    const right = peaks.filter((interval) => interval && interval.low <= 200 && interval.high >= 200);
    expect(right.length).toBeGreaterThan(0.8 * STUDIES);
  });

  it("Intervals let a rate that levels off have a peak in under 10 of 100 simulations, although its loads scatter more than its runs", () => {
    const random = scatter(7);
    const claims = Array.from({ length: STUDIES }, () =>
      studied({ ...exact, beta: 0 }, LOADS, random),
    ).filter((fitted) => fitted !== null && peakIn(fitted).claim === "peak");
    expect(claims.length).toBeLessThan(0.1 * STUDIES);
  });
});

describe("a peak", () => {
  const interval = (low: number, high: number) => ({ low, high });
  const some = interval(0.1, 0.2);
  const fitted: Fitted = {
    coefficients: { gamma: 1, alpha: 0.2, beta: 2e-5 },
    peak: 200,
    intervals: { gamma: some, alpha: some, beta: interval(1e-5, 3e-5), peak: interval(150, 300) },
    smallest: 1,
    largest: 1000,
    worst: { connections: 5, residual: -0.2 },
  };
  const between = (low: number, high: number) =>
    peakIn({ ...fitted, intervals: fitted.intervals && { ...fitted.intervals, peak: interval(low, high) } });

  it("A peak is named where the data enclose it", () => {
    expect(peakIn(fitted)).toEqual({ claim: "peak", connections: 200, interval: interval(150, 300) });
    expect(between(1, 1000).claim).toBe("peak");
  });

  it("No peak is named where it, or its interval alone, reaches beyond a load that was measured", () => {
    expect(between(0.9, 300)).toMatchObject({ claim: "outside", onlyInterval: true });
    expect(between(150, 1001)).toMatchObject({ claim: "outside", onlyInterval: true });
    expect(peakIn({ ...fitted, peak: 1200 })).toMatchObject({ claim: "outside", onlyInterval: false });
  });

  it("No peak is named where β may be 0, the curve misses a rate, or there are no intervals", () => {
    const level = fitted.intervals && { ...fitted.intervals, beta: interval(0, 3e-5) };
    expect(peakIn({ ...fitted, intervals: level }).claim).toBe("beta-may-be-0");
    expect(peakIn({ ...fitted, worst: { connections: 5, residual: -0.21 } }).claim).toBe("poor-fit");
    expect(peakIn({ ...fitted, worst: { connections: 5, residual: 0.21 } }).claim).toBe("poor-fit");
    expect(peakIn({ ...fitted, intervals: null }).claim).toBe("no-interval");
  });
});

it("A model takes six loads, not six points", () => {
  const points = pointsOn({ gamma: 100, alpha: 0.1, beta: 1e-5 });
  const runs = points.map(([, rate]) => [rate, rate, rate]);
  expect(fittedTo(points.slice(0, USL_POINTS_MIN), runs.slice(0, USL_POINTS_MIN))).not.toBeNull();
  const few = points.slice(0, USL_POINTS_MIN - 1);
  expect(fittedTo(few, runs)).toBeNull();
  expect(fittedTo([...few, ...few], [...runs, ...runs])).toBeNull();
});
