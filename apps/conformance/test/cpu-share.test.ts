import { ProcessTree, type Target, Visit } from "@c10k-lab/conformance/suite";
import { expect, test } from "vitest";

/** Counters of a server with one thread, which grow by a share of the time that passes. */
class Scripted extends ProcessTree {
  readonly #shares: { cpu: number; delay: number };

  constructor(shares: { cpu: number; delay: number }) {
    super(() => []);
    this.#shares = shares;
  }

  override cpuUsByPid() {
    return new Map([[1, performance.now() * 1000 * this.#shares.cpu]]);
  }

  override runDelaysUs() {
    return new Map([[1, performance.now() * 1000 * this.#shares.delay]]);
  }
}

test.concurrent.each([
  ["spins alone on its processor", { cpu: 1, delay: 0 }, 1],
  ["spins among many that want its processor", { cpu: 0.05, delay: 0.95 }, 1],
  ["sleeps", { cpu: 0.001, delay: 0 }, 0.001],
  ["sleeps, and waits for its processor at each wake-up", { cpu: 0.01, delay: 0.5 }, 0.02],
])("the processor's share of a server that %s", async (_, shares, expected) => {
  const target = { host: "127.0.0.1", port: 1, processes: new Scripted(shares) } satisfies Target;
  using visit = new Visit(target);
  expect(await visit.measureCpuShare()).toBeCloseTo(expected, 2);
});
