import { expect, test } from "vitest";
import type { Service } from "../../src/engines/engine.ts";
import { describeNodes, nameServices, sumTcpCounts, worstNode } from "../../src/evidence/node-evidence.ts";

test("a node's account spans the process that ran there longest, less the time of all of its processes", () => {
  const all = [
    ...nameServices("server", [service("alpha", { fromMs: 0, toMs: 10_000, busyTicks: 500, ownMs: 3000 })]),
    ...nameServices("client", [
      service("beta", { fromMs: 0, toMs: 1000, busyTicks: 60, ownMs: 100 }),
      service("beta", { fromMs: 0, toMs: 2000, busyTicks: 100, ownMs: 400, resent: 7 }),
    ]),
  ];
  const nodes = describeNodes(all);
  expect(nodes).toMatchObject([
    { node: "alpha", processes: ["server"], spanMs: 10_000, busyPercent: 50, otherPercent: 20 },
    { node: "beta", processes: ["client-1", "client-2"], spanMs: 2000, busyPercent: 50, otherPercent: 25 },
  ]);
  expect(worstNode(nodes)).toEqual({ stolenPercent: 0, otherPercent: 25 });
  expect(sumTcpCounts(nodes).RetransSegs).toBe(7);
});

test("processes of this machine have no nodes", () => {
  expect(describeNodes(nameServices("server", [{ samples: [] } as unknown as Service]))).toEqual([]);
  expect(worstNode([])).toBeNull();
});

interface Life {
  readonly fromMs: number;
  readonly toMs: number;
  readonly busyTicks: number;
  readonly ownMs: number;
  readonly resent?: number;
}

function service(name: string, { fromMs, toMs, busyTicks, ownMs, resent = 0 }: Life): Service {
  const look = (atMs: number, ticks: number, segments: number) => ({
    atMs,
    stat: `cpu  ${ticks} 0 0 0 0 0 0 0 0 0`,
    netstat: "",
    snmp: `Tcp: RetransSegs\nTcp: ${segments}`,
  });
  const node = { name, before: look(fromMs, 1000, 1), after: look(toMs, 1000 + busyTicks, 1 + resent) };
  return { node, samples: [{ atMs: 0, cpuMs: ownMs, rssKiB: 1, threads: 1 }] } as unknown as Service;
}
