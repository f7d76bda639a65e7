import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";

const program = join(mkdtempSync(join(tmpdir(), "bench-histogram-")), "check");

beforeAll(() => {
  const source = join(import.meta.dirname, "histogram-check.c");
  const histogram = join(import.meta.dirname, "../native/clients/latency-histogram.c");
  execFileSync(process.env.CC ?? "cc", ["-O1", "-Wall", "-Werror", "-o", program, source, histogram, "-lm"]);
});

test("the C histogram is within 1 % of the sorted times; mean and maximum are exact", () => {
  const timesNs = fc.array(
    fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 2 ** 39 })),
    { minLength: 1, maxLength: 2000 },
  );
  const check = (times: number[]) => {
    const [p50, p90, p99, p999, mean, max] = JSON.parse(
      execFileSync(program, { input: times.join("\n"), encoding: "utf8" }),
    );
    const sorted = times.toSorted((a, b) => a - b);
    const at = (percent: number) => sorted[Math.ceil((sorted.length * percent) / 100) - 1] / 1000;
    const pairs = [
      [p50, at(50)],
      [p90, at(90)],
      [p99, at(99)],
      [p999, at(99.9)],
    ];
    for (const [seen, exact] of pairs)
      expect(Math.abs(seen - exact)).toBeLessThanOrEqual(exact * 0.01 + 0.001);
    expect(mean).toBeCloseTo(times.reduce((sum, ns) => sum + ns, 0) / times.length / 1000, 2);
    expect(max).toBeCloseTo(sorted[sorted.length - 1] / 1000, 3);
  };
  fc.assert(fc.property(timesNs, check), { numRuns: 100 });
});
