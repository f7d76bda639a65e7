import { INFINITE, type Slice } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { describe, expect, test } from "vitest";
import { judgeSliceTrial } from "../../src/capacity/slice-trial.ts";
import { makeSlice } from "../fixtures/slices.ts";

const OBJECTIVE = { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 };

/** Returns a slice in which 1,000 messages were due: all but some came back, the last `late` of them after 200 ms. */
function sliceOf({ unanswered = 0, late = 0, ...change }: Partial<Slice> & Record<string, unknown> = {}) {
  const intended = new LatencyHistogram();
  const answered = 1000 - Number(unanswered);
  for (let message = 0; message < answered; message++) {
    intended.record(message < answered - Number(late) ? 5000 : 200_000);
  }
  const encoded = intended.encode();
  return makeSlice({
    offered: { perSecond: 500, messages: 1000, unanswered: Number(unanswered) },
    histograms: { response: encoded, intended: encoded },
    client: { cores: 0.5 },
    clientCore: { foreign: 0, stolen: 0 },
    ...change,
  });
}

const judged = (slice: Slice, before: readonly Slice[] = []) =>
  judgeSliceTrial({ cell: "rate-epoll-start-2", slice, before, objective: OBJECTIVE });

test("a slice that keeps the objective is met and has no signals, whoever was busy", () => {
  const busy = { server: { cores: 1, cpuUsPerMessage: 9, faultsPerMessage: 0 }, client: { cores: 1 } };
  const { trial, answer } = judged(sliceOf({ ...busy, block: 7, foreign: { cores: 0.8 } }));
  expect(answer).toBe("met");
  expect(trial).toEqual({
    cell: "rate-epoll-start-2",
    block: 7,
    met: true,
    signals: [],
    p99Ms: expect.closeTo(5, 1),
    achieved: 1,
    failures: 0,
    disturbance: null,
    counts: true,
  });
});

test.each([
  ["10 of 1,000 messages are late: not more than one in a hundred", { late: 10 }, "met"],
  ["11 are late", { late: 11 }, "failed"],
  ["10 never left", { unanswered: 10 }, "met"],
  ["11 never left, and had waited for longer than the objective", { unanswered: 11 }, "failed"],
  ["none was due", { offered: { perSecond: 500, messages: 0, unanswered: 0 } }, "failed"],
  ["its load was a closed loop", { offered: null }, "failed"],
] as const)("a slice is judged by what was due in it: %s", (_, change, answer) => {
  expect(judged(sliceOf(change)).answer).toBe(answer);
});

test("a slice that failed names the client and the full core before the figures that follow from them", () => {
  const { trial } = judged(
    sliceOf({
      unanswered: 60,
      client: { cores: 0.97 },
      server: { cores: 0.96, cpuUsPerMessage: 9, faultsPerMessage: 0 },
    }),
  );
  expect(trial).toMatchObject({ p99Ms: INFINITE, achieved: 0.94 });
  expect(trial.signals).toEqual([
    { signal: "client-limit", doubt: { reason: "client-limit", corePercent: 97 } },
    { signal: "cpu", corePercent: 96 },
    {
      signal: "rate",
      offeredPerSecond: 500,
      answeredPercent: 94,
      objectivePercent: 95,
    },
    { signal: "latency", p99Ms: INFINITE, objectiveMs: 100 },
  ]);
});

describe("disturbances", () => {
  const failed = (change: Partial<Slice>, before: readonly Slice[] = []) =>
    judged(sliceOf({ late: 20, ...change }), before).trial.disturbance;

  test.each([
    [{ foreign: { cores: 0.31 } }, { reason: "busy-host", percent: 31 }],
    [{ clientCore: { foreign: 0.4, stolen: 0 } }, { reason: "busy-host", percent: 40 }],
    [
      { foreign: { cores: 0.5 }, stolen: { cores: 0.11 } },
      { reason: "stolen", percent: 11 },
    ],
    [{ clientCore: { foreign: 0, stolen: 0.2 } }, { reason: "stolen", percent: 20 }],
    [{ foreign: { cores: 0.3 }, clientCore: { foreign: 0.3, stolen: 0.1 } }, null],
    [{ clientCore: null }, null],
  ])("a slice that failed beside %j was disturbed by %j", (change, disturbance) => {
    expect(failed(change)).toEqual(disturbance);
  });

  test("a foreign load that is always there is part of the machine", () => {
    const before = [0.6, 0.7, 0.1].map((cores) => sliceOf({ foreign: { cores } }));
    expect(failed({ foreign: { cores: 0.85 } }, before)).toBeNull();
    expect(failed({ foreign: { cores: 0.95 } }, before)).toEqual({ reason: "busy-host", percent: 95 });
  });
});
