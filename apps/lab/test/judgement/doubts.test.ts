import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Doubt, type RepetitionResult, TCP_COUNTERS } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { takenByOthers } from "../../src/evidence/host-look.ts";
import { findDoubts } from "../../src/judgement/doubts.ts";

type Facts = Omit<RepetitionResult, "doubts">;

const QUIET = Object.fromEntries(
  TCP_COUNTERS.map((name) => [name, 0]),
) as RepetitionResult["evidence"]["tcp"];
const GOOD = {
  status: "ok",
  connections: 100,
  reconciliation: { balanced: true },
  client: {
    achieved: { held: 100 },
    latencyUs: { response: { p99: 1000 }, intended: { p99: null } },
    loop: { latencyUs: { turn: { p99: 400 }, sendLag: { p99: null } } },
  },
  final: { peak: 100 },
  slices: [],
  evidence: {
    corePercent: { server: 99, clients: 94 },
    host: { stolenPercent: 1, otherPercent: 20 },
    containers: { server: [], clients: [] },
    nodes: [],
    tcp: QUIET,
  },
} as unknown as Facts;

const evidence = (change: object): Facts => ({ ...GOOD, evidence: { ...GOOD.evidence, ...change } }) as Facts;
function clientTimes({ turn = 1, sendLag = 1, intended = 10 }): Facts {
  const loop = { latencyUs: { turn: { p99: turn }, sendLag: { p99: sendLag } } };
  const latencyUs = { response: { p99: 1000 }, intended: { p99: intended } };
  return { ...GOOD, client: { achieved: { held: 100 }, latencyUs, loop } } as unknown as Facts;
}

const THROTTLED = { atMs: 1, cpuMs: 1, throttledMs: 120, memoryKiB: 1, pids: 1 };

test("a repetition with nothing held against it has no doubts", () => {
  expect(findDoubts(GOOD)).toEqual([]);
});

test("a doubt about a swarm names the node", () => {
  const nodes = [
    { node: "alpha", stolenPercent: 0, otherPercent: 30 },
    { node: "beta", stolenPercent: 9, otherPercent: 0 },
  ];
  const facts = evidence({ nodes, host: { stolenPercent: 9, otherPercent: 30 } });
  expect(findDoubts(facts)).toEqual([
    { reason: "stolen", percent: 9, node: "beta" },
    { reason: "busy-host", percent: 30, node: "alpha" },
  ]);
});

const TCP = { ...QUIET, ListenOverflows: 3 };

test.each<[Doubt, Facts]>([
  [
    { reason: "status", status: "failed" },
    { ...GOOD, status: "failed" },
  ],
  [{ reason: "ledgers" }, { ...GOOD, reconciliation: { balanced: false } } as Facts],
  [{ reason: "not-held", held: 97, asked: 100 }, { ...GOOD, final: { peak: 97 } } as Facts],
  [{ reason: "client-limit", corePercent: 95.2 }, evidence({ corePercent: { server: 1, clients: 95.2 } })],
  [{ reason: "loop-lag", turnP99Us: 501, responseP99Us: 1000 }, clientTimes({ turn: 501 })],
  [
    { reason: "send-lag", lagP99Us: 3000, intendedP99Us: 5000 },
    clientTimes({ sendLag: 3000, intended: 5000 }),
  ],
  [{ reason: "stolen", percent: 2.5 }, evidence({ host: { stolenPercent: 2.5, otherPercent: 0 } })],
  [{ reason: "busy-host", percent: 40 }, evidence({ host: { stolenPercent: 0, otherPercent: 40 } })],
  [{ reason: "throttled", throttledMs: 120 }, evidence({ containers: { server: [THROTTLED], clients: [] } })],
  [
    { reason: "throttled", throttledMs: 7600 },
    evidence({ host: { stolenPercent: 0, otherPercent: 0, throttledMs: 7600.2 } }),
  ],
  [{ reason: "one-processor" }, evidence({ host: { stolenPercent: 0, otherPercent: 0, processors: 1 } })],
  [{ reason: "listen-overflow", times: 3 }, evidence({ tcp: TCP })],
])("%j is the only doubt, with its measurement", (doubt, facts) => {
  expect(findDoubts(facts)).toEqual([doubt]);
});

test.each([
  ["a client at 94.9 % of its core", evidence({ corePercent: { server: 99, clients: 94.9 } })],
  ["a turn of half the p99", clientTimes({ turn: 500 })],
  ["2 % stolen and 25 % used by others", evidence({ host: { stolenPercent: 2, otherPercent: 25 } })],
])("%s raises no doubt", (_, facts) => {
  expect(findDoubts(facts)).toEqual([]);
});

test("connections refused at a wall of descriptors are a result, not a doubt", () => {
  expect(findDoubts({ ...GOOD, status: "limited", final: { peak: 60 } } as Facts)).toEqual([]);
});

test("other work is the rest of the machine's busy time, in per cent of one core", () => {
  const before = { atMs: 0, busyMs: 5000, stolenMs: 10, throttledMs: 40 };
  const after = { atMs: 2000, busyMs: 8000, stolenMs: 50, throttledMs: 100 };
  expect(takenByOthers(before, after, 2500)).toMatchObject({
    stolenPercent: 2,
    otherPercent: 25,
    throttledMs: 60,
  });
  expect(takenByOthers(before, after, null).otherPercent).toBeNull();
});

test("trial 25: processors that lab, server and client may not use are not counted", () => {
  const module = JSON.stringify(join(import.meta.dirname, "../../src/evidence/host-look.ts"));
  const program = `import { lookAtHost, takenByOthers } from ${module};
    const now = lookAtHost();
    process.stdout.write(String(takenByOthers(now, now, null).processors));`;
  const node = [process.execPath, "--input-type=module", "--eval", program];
  expect(execFileSync("taskset", ["--cpu-list", "0", ...node], { encoding: "utf8" })).toBe("1");
});
