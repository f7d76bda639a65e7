import { type CellResult, TCP_COUNTERS } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { takenByOthers } from "../../src/evidence/host-look.ts";
import { verdictOf } from "../../src/judgement/verdict.ts";

type Facts = Omit<CellResult, "verdict">;

const QUIET = Object.fromEntries(TCP_COUNTERS.map((name) => [name, 0])) as CellResult["evidence"]["tcp"];
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
  evidence: {
    corePercent: { server: 99, clients: 94 },
    host: { stolenPercent: 1, otherPercent: 20 },
    containers: { server: [], clients: [] },
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

test("nothing held against it: valid", () => {
  expect(verdictOf(GOOD)).toEqual({ valid: true, reasons: [] });
});

test.each([
  ["status", { ...GOOD, status: "failed" }, "The cell ended as failed."],
  ["books", { ...GOOD, reconciliation: { balanced: false } }, "do not balance"],
  ["not-held", { ...GOOD, final: { peak: 97 } }, "97 of 100 connections are proven"],
  ["client-limit", evidence({ corePercent: { server: 1, clients: 95.2 } }), "used 95 % of one core"],
  ["loop-lag", clientTimes({ turn: 501 }), "took 0.50 ms at its p99, the response 1.00 ms"],
  ["send-lag", clientTimes({ sendLag: 3000, intended: 5000 }), "sent 3.00 ms late"],
  ["stolen", evidence({ host: { stolenPercent: 2.5, otherPercent: 0 } }), "took 2.5 % of a core"],
  ["busy-host", evidence({ host: { stolenPercent: 0, otherPercent: 40 } }), "used 40 % of a core"],
  ["throttled", evidence({ containers: { server: [THROTTLED], clients: [] } }), "for 120 ms"],
  ["listen-overflow", evidence({ tcp: { ...QUIET, ListenOverflows: 3 } }), "overflowed 3 times"],
] as const)("%s: inconclusive, and why", (reason, cell, words) => {
  const { valid, reasons } = verdictOf(cell as Facts);
  expect(valid).toBe(false);
  expect(reasons).toEqual([{ reason, sentence: expect.stringContaining(words) }]);
});

test("a wall of descriptors is a result: the connections it refused are not held against the cell", () => {
  expect(verdictOf({ ...GOOD, status: "limited", final: { peak: 60 } } as Facts).valid).toBe(true);
});

test("what others took is what is left of the machine's time, in per cent of one core", () => {
  const before = { atMs: 0, busyMs: 5000, stolenMs: 10 };
  const after = { atMs: 2000, busyMs: 8000, stolenMs: 50 };
  expect(takenByOthers(before, after, 2500)).toEqual({ stolenPercent: 2, otherPercent: 25 });
  expect(takenByOthers(before, after, null).otherPercent).toBeNull();
});
