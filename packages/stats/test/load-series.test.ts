import { type LoadSample, MOST_SAMPLES } from "@c10k-lab/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LoadSeries, mergeSeries } from "../src/load-series.ts";

/** Counts of a client between two samples, the second `afterUs` later. */
const step = fc.record({
  afterUs: fc.integer({ min: 1, max: 5 }),
  open: fc.nat(3),
  messages: fc.nat(9),
  errors: fc.nat(1),
});
/** A client's series: times ascend, messages and errors only grow. */
const steps = (maxLength: number) => fc.array(step, { maxLength, size: "max" }).map(accumulated);

function accumulated(steps: readonly (Omit<LoadSample, "atUs"> & { afterUs: number })[]): LoadSample[] {
  let [atUs, messages, errors] = [0, 0, 0];
  return steps.map((step) => {
    atUs += step.afterUs;
    messages += step.messages;
    errors += step.errors;
    return { atUs, open: step.open, messages, errors };
  });
}

const sampleAt = (atUs: number): LoadSample => ({ atUs, open: 1, messages: 10 * atUs, errors: 0 });
const times = (samples: readonly LoadSample[]) => samples.map(({ atUs }) => atUs);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

/** A series of so many looks, the last of them at the end. */
function seriesOf(looks: number): readonly LoadSample[] {
  const series = new LoadSeries();
  for (let at = 0; at < looks - 1; at++) series.add(sampleAt(at));
  return series.end(sampleAt(looks - 1));
}

describe("LoadSeries", () => {
  test("a series keeps every sample up to its bound", () => {
    expect(times(seriesOf(MOST_SAMPLES))).toEqual(Array.from({ length: MOST_SAMPLES }, (_, at) => at));
  });

  test("a series with one sample more than its bound keeps every second one", () => {
    const kept = times(seriesOf(MOST_SAMPLES + 1));
    expect(kept.slice(0, 3)).toEqual([0, 2, 4]);
    expect(kept).toHaveLength(MOST_SAMPLES / 2 + 1);
  });

  test("a series of any length is bounded, has even intervals, and keeps the first and the last sample", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20_000 }), (looks) => {
        const kept = seriesOf(looks);
        expect(kept.length).toBeLessThanOrEqual(MOST_SAMPLES);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(looks, MOST_SAMPLES / 2));
        expect(kept[0]).toEqual(sampleAt(0));
        expect(kept.at(-1)).toEqual(sampleAt(looks - 1));
        const [interval = 1] = times(kept).slice(1);
        const regular = times(kept).slice(0, -1);
        expect(regular).toEqual(regular.map((_, index) => index * interval));
      }),
      { numRuns: 50 },
    );
  });
});

describe("mergeSeries", () => {
  test("a merged series holds at each moment the sum of each client's latest sample", () => {
    fc.assert(
      fc.property(fc.array(steps(100), { maxLength: 4 }), (clients) => {
        const merged = mergeSeries(clients);
        expect(times(merged)).toEqual(sorted(new Set(clients.flatMap(times))));
        for (const sample of merged) expect(sample).toEqual(lastKnown(clients, sample.atUs));
      }),
      { numRuns: 30 },
    );
  });

  test("a merged series of any number of clients is bounded, and its counts grow to the totals", () => {
    fc.assert(
      fc.property(fc.array(steps(MOST_SAMPLES), { minLength: 1, maxLength: 6 }), (clients) => {
        const all = clients.flatMap(times);
        fc.pre(all.length > 0);
        const merged = mergeSeries(clients);
        expect(merged.length).toBeLessThanOrEqual(MOST_SAMPLES);
        for (const count of ["messages", "errors"] as const) {
          const values = merged.map((sample) => sample[count]);
          expect(values).toEqual(sorted(values));
        }
        expect(times(merged)[0]).toBe(Math.min(...all));
        expect(merged.at(-1)).toEqual(lastKnown(clients, Math.max(...all)));
      }),
      { numRuns: 30 },
    );
  });

  test("the merged series of one client is its own", () => {
    const own = seriesOf(MOST_SAMPLES);
    expect(mergeSeries([own])).toEqual(own);
  });

  test("the merged series of no client is empty", () => {
    expect(mergeSeries([])).toEqual([]);
    expect(mergeSeries([[], []])).toEqual([]);
  });
});

/** The same by looking it up. */
function lastKnown(clients: readonly (readonly LoadSample[])[], atUs: number): LoadSample {
  const known = clients.map((samples) => samples.findLast((sample) => sample.atUs <= atUs));
  const sum = (name: "open" | "messages" | "errors") =>
    known.reduce((total, sample) => total + (sample?.[name] ?? 0), 0);
  return { atUs, open: sum("open"), messages: sum("messages"), errors: sum("errors") };
}
