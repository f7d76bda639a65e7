import type { Finding, LabResults, RepetitionResult } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";

/** Makes cells of one epoll server whose connections cost 150, 250 and 8,000 bytes. */
function heldResults(values: readonly number[]): LabResults {
  const cells = values.map((connections) =>
    makeCell({ server: "epoll", connections, change: (cell) => withCosts(cell, connections) }),
  );
  const limit: Finding = {
    plan: "study",
    group: null,
    question: "limit",
    quantity: "held",
    axis: "connections",
    at: Math.max(...values),
    variant: "epoll",
    against: null,
    effect: Math.max(...values),
    low: null,
    high: null,
    level: 99,
    verdict: "at-least",
    cause: null,
    doubts: [],
    slices: values.length,
    replaced: 0,
    wouldTake: null,
  };
  return {
    ...makeResults(cells),
    findings: { schema: "c10k-lab/findings/1", findings: [limit], levels: [], unmeasured: [] },
  };
}

function withCosts(cell: RepetitionResult, connections: number): RepetitionResult {
  const KiB = (bytes: number) => Math.round((bytes * connections) / 1024);
  const held = {
    connections,
    server: { processes: 2, atRestKiB: 1000, heldKiB: 1000 + KiB(150) },
    clients: { processes: 10, atRestKiB: 5000, heldKiB: 5000 + KiB(250) },
    kernelKiB: { Slab: KiB(7900), PageTables: KiB(100), KernelStack: 0, Percpu: 0 },
    slabsKiB: {},
  };
  return { ...cell, evidence: { ...cell.evidence, held, stopMs: 1500, resultBytes: 2 ** 20 } };
}

test("A report answers what a connection costs, and where its memory is", () => {
  const { markdown } = renderReport([heldResults([100_000])]);
  const [answer] = /^\*\*.*\*\*$/m.exec(markdown) ?? [];
  expect(answer).toContain("A connection takes 8,400 bytes, 8,000 of them in the kernel.");
  expect(markdown).toContain(
    "takes 150 bytes in the servers, 250 in the clients and 8,000 in the kernel for both ends.",
  );
  expect(markdown).toMatch(
    /^- There epoll accepted [\d,]+ connections a second, .* and ended in 1\.50 s\.$/m,
  );
});

test("A server that ran out of descriptors before the clients had an echo holds its peak, and the tables say why", () => {
  const epoll = heldResults([100_000]);
  const threaded = makeCell({
    ...{ server: "threaded", connections: 100_000, status: "cut-off" },
    change: ({ client, final, ...cell }) => ({
      ...cell,
      client: client && { ...client, achieved: { ...client.achieved, held: 0 } },
      final: final && { ...final, peak: 19_970, acceptErrors: { EMFILE: 85 } },
      evidence: { ...cell.evidence, held: null, stopMs: 800, resultBytes: 2 ** 20 },
    }),
  });
  const [all] = epoll.findings?.findings ?? [];
  if (all === undefined || epoll.findings === null) throw new Error("the study has no limit");
  const limit: Finding = {
    ...all,
    variant: "threaded",
    effect: 19_970,
    verdict: "shown",
    cause: "no-descriptors",
  };
  const { markdown } = renderReport([
    {
      ...epoll,
      repetitions: [threaded, ...epoll.repetitions],
      findings: { ...epoll.findings, findings: [limit, all] },
    },
  ]);
  expect(markdown).toMatch(
    /^\| .* \| threaded \| 19,970 of 100,000 \| .*no more descriptors at 100,000 \|$/m,
  );
  expect(markdown).toMatch(
    /^\| threaded \| 100,000 \| 1 \| 1 \| 19,970 \| .* \| 0\.80 \| 1\.00 \| no more descriptors \|$/m,
  );
  expect(markdown).toMatch(/^\| epoll \| 100,000 \| .* \| – \|$/m);
});

test("Few connections show no memory: that of their processes outweighs it", () => {
  const { markdown } = renderReport([heldResults([10, 1000, 10_000, 50_000, 200_000])]);
  expect(markdown).toMatch(/^\| epoll \| 1,000 \| \d+ \| \d+ \| 1,000 \| – \| – \| – \| – \|/m);
  expect(markdown).toMatch(/^\| epoll \| 10,000 \| \d+ \| \d+ \| 10,000 \| 150 \| 250 \| 8,000 \|/m);
  expect(markdown).toMatch(/^!\[Memory of a connection, by connections asked for\]/m);
});

test("A report of few connections has no sentence on their memory", () => {
  const { markdown } = renderReport([heldResults([10, 1000])]);
  expect(markdown).not.toMatch(/connection takes|one connection to/);
});
