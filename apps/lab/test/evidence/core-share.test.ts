import { describe, expect, it } from "vitest";
import { busiestCorePercent } from "../../src/evidence/core-share.ts";

describe("the share of a core", () => {
  const samples = [0, 0, 100, 200, 300, 300].map((cpuMs, at) => ({
    atMs: at * 250,
    cpuMs,
    rssKiB: 1,
    threads: 1,
  }));

  it("is that of the busiest stretch", () => {
    expect(busiestCorePercent(samples, 750)).toBeCloseTo(40, 6);
  });

  it("is unknown for an exchange shorter than the samples can see, or longer than they last", () => {
    expect(busiestCorePercent(samples, 200)).toBeNull();
    expect(busiestCorePercent(samples, 5000)).toBeNull();
    expect(busiestCorePercent([], 1000)).toBeNull();
  });
});
