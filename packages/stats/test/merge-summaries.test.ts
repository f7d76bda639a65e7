import { CLOCKS, ClientSummary, type Clock, OUTCOMES } from "@c10k-lab/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyHistogram, mergeSummaries } from "../src/index.ts";

/** One echoed message of a client. */
const message = fc.record({
  sentUs: fc.integer({ min: 1, max: 1e9 }),
  tookUs: fc.integer({ min: 1, max: 1e7 }),
});
const messages = fc.array(message, { maxLength: 100, size: "max" });
type Messages = readonly { sentUs: number; tookUs: number }[];

/** Returns the summary of a client that sent these messages on one connection. */
function summaryOf(sent: Messages, outcome: "ok" | "reset" = "ok"): ClientSummary {
  const histogram = new LatencyHistogram();
  for (const { tookUs } of sent) histogram.record(tookUs);
  const each = <T>(value: T) => Object.fromEntries(CLOCKS.map((clock) => [clock, value])) as Record<Clock, T>;
  const firstSentUs = sent.length === 0 ? null : Math.min(...sent.map(({ sentUs }) => sentUs));
  const lastDoneUs =
    sent.length === 0 ? null : Math.max(...sent.map(({ sentUs, tookUs }) => sentUs + tookUs));
  const messagingMs = ((lastDoneUs ?? 0) - (firstSentUs ?? 0)) / 1000;
  const encoded = histogram.encode();
  const failed = outcome === "ok" ? 0 : 1;
  const latency = LatencyHistogram.decode(encoded).summary(failed);
  return ClientSummary.parse({
    schema: "c10k-lab/client-summary/1",
    complete: true,
    target: { host: "127.0.0.1", port: 10_000 },
    asked: { connections: 1, active: 1, messages: sent.length, options: {} },
    achieved: {
      established: 1,
      completed: outcome === "ok" ? 1 : 0,
      peak: 1,
      held: 1,
      messages: sent.length,
      unsent: 2,
      inFlight: 3,
      proofs: 4,
      bytesSent: sent.length * 20,
      bytesReceived: sent.length * 20,
      startLagMs: null,
      firstSentUs,
      lastDoneUs,
      messagingMs,
      messagesPerSecond: messagingMs === 0 ? 0 : Math.round((sent.length / messagingMs) * 1000),
      durationMs: 5,
    },
    outcomes: { ...Object.fromEntries(OUTCOMES.map((name) => [name, 0])), [outcome]: 1 },
    series: [
      { atUs: firstSentUs ?? 0, open: 1, messages: 0, errors: 0 },
      { atUs: lastDoneUs ?? 0, open: 0, messages: sent.length, errors: failed },
    ],
    latencyUs: each(latency),
    histograms: each(encoded),
    loop: {
      latencyUs: { turn: latency, sendLag: latency },
      histograms: { turn: encoded, sendLag: encoded },
      waits: 1,
      sends: 2,
      receives: 3,
      cpuUs: 400,
      cpuShare: messagingMs === 0 ? null : 0.4 / messagingMs,
    },
    usage: { userUs: 1, systemUs: 2, voluntarySwitches: 3, involuntarySwitches: 4, maxRssKiB: 5 },
    environment: { node: "v26", kernel: "6", cpu: "a", processors: 2 },
  });
}

test("the merged summary of two clients is that of one client that did the work of both", () => {
  fc.assert(
    fc.property(messages, messages, (a, b) => {
      const merged = mergeSummaries([summaryOf(a), summaryOf(b)]);
      const { achieved, latencyUs, histograms } = summaryOf([...a, ...b]);
      expect(merged.latencyUs).toEqual(latencyUs);
      expect(merged.histograms).toEqual(histograms);
      expect(merged.achieved).toEqual({
        ...achieved,
        established: 2,
        completed: 2,
        peak: 2,
        held: 2,
        unsent: 4,
        inFlight: 6,
        proofs: 8,
      });
      expect(merged.series.at(-1)).toMatchObject({ open: 0, messages: a.length + b.length, errors: 0 });
    }),
    { numRuns: 30 },
  );
});

test("a merged summary is valid and does not depend on the order", () => {
  fc.assert(
    fc.property(fc.array(messages, { minLength: 1, maxLength: 4 }), (clients) => {
      const summaries = clients.map((sent) => summaryOf(sent));
      const merged = mergeSummaries(summaries);
      expect(ClientSummary.parse(merged)).toEqual(merged);
      expect(mergeSummaries([...summaries].reverse())).toEqual(merged);
    }),
    { numRuns: 20 },
  );
});

test("failures, usage and planned counts add up, and one interrupted client makes the merged summary incomplete", () => {
  const sent = [{ sentUs: 10, tookUs: 5 }];
  const cutShort = { ...summaryOf(sent, "reset"), complete: false };
  cutShort.asked = { ...cutShort.asked, messages: null };
  cutShort.achieved = { ...cutShort.achieved, startLagMs: 7 };
  const merged = mergeSummaries([summaryOf(sent), cutShort, summaryOf([])]);
  expect(merged.complete).toBe(false);
  expect(merged.outcomes).toMatchObject({ ok: 2, reset: 1 });
  expect(merged.series.at(-1)).toEqual({ atUs: 15, open: 0, messages: 2, errors: 1 });
  expect(merged.asked).toMatchObject({ connections: 3, messages: null });
  expect(merged.usage).toEqual({
    userUs: 3,
    systemUs: 6,
    voluntarySwitches: 9,
    involuntarySwitches: 12,
    maxRssKiB: 15,
  });
  expect(merged.achieved.startLagMs).toBe(7);
});

test("percentiles are computed from the merged histogram, not averaged", () => {
  const quick = Array.from({ length: 99 }, () => ({ sentUs: 1, tookUs: 10 }));
  const slow = [{ sentUs: 1, tookUs: 1000 }];
  const merged = mergeSummaries([summaryOf(quick), summaryOf(slow)]);
  expect(merged.latencyUs.response).toMatchObject({ count: 100, p50: 10, p90: 10, p99: 10, max: 1000 });
});

test("a summary without a series, from an older client, merges with one that has a series", () => {
  const { series, ...older } = summaryOf([{ sentUs: 10, tookUs: 5 }]);
  const read = ClientSummary.parse(older);
  expect(read.series).toEqual([]);
  expect(mergeSummaries([read, read]).series).toEqual([]);
  expect(mergeSummaries([read, { ...read, series }]).series).toEqual(series);
});

test("mergeSummaries throws without summaries", () => {
  expect(() => mergeSummaries([])).toThrow(RangeError);
});

test("failures of all clients count as infinite in the merged percentiles", () => {
  const quick = Array.from({ length: 60 }, () => ({ sentUs: 1, tookUs: 10 }));
  const merged = mergeSummaries([summaryOf(quick), summaryOf([], "reset"), summaryOf([], "reset")]);
  expect(merged.latencyUs.response).toMatchObject({
    count: 60,
    failed: 2,
    p90: 10,
    p99: "infinite",
    max: 10,
  });
});
