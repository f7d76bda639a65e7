import { CLOSE_REASONS, type FinalLine, type ListeningLine } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { addFinals, addListening, addSamples } from "../../src/cell/sums.ts";

const USAGE = { userUs: 1, systemUs: 2, voluntarySwitches: 3, involuntarySwitches: 4, maxRssKiB: 5 };
const CALLS = { accept: 1, recv: 2, send: 3, wait: 4, control: 5 };

function finalOf(durationMs: number): FinalLine {
  const closed = Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, 1])) as FinalLine["closed"];
  return {
    event: "final",
    server: "epoll",
    durationMs,
    accepted: 10,
    refused: 1,
    peak: 9,
    closed,
    requests: 20,
    bytesReceived: 400,
    bytesSent: 400,
    acceptErrors: { EMFILE: 2 },
    shortWrites: 0,
    staleEvents: 0,
    calls: CALLS,
    events: 30,
    descriptorsScanned: 0,
    wordsScanned: 0,
    usage: USAGE,
  };
}

test("totals of two servers are added, but not the time they ran side by side", () => {
  const sum = addFinals(finalOf(3000), { ...finalOf(2000), acceptErrors: { EAGAIN: 1 } });
  expect(sum).toMatchObject({ server: "epoll", durationMs: 3000, accepted: 20, requests: 40, events: 60 });
  expect(sum.closed["client-closed"]).toBe(2);
  expect(sum.acceptErrors).toEqual({ EMFILE: 2, EAGAIN: 1 });
  expect(sum.calls.recv).toBe(4);
  expect(sum.usage.maxRssKiB).toBe(10);
});

test("ports and options of two servers are not added", () => {
  const line = { event: "listening", port: 1000, pid: 7, options: { backlog: 4096 }, usage: USAGE };
  const sum = addListening(line as unknown as ListeningLine, line as unknown as ListeningLine);
  expect(sum).toMatchObject({ port: 1000, pid: 7, options: { backlog: 4096 }, usage: { userUs: 2 } });
});

test("samples taken together are added, but not the time they were taken at", () => {
  const sample = { atMs: 250, cpuMs: 10, rssKiB: 100, threads: 3 };
  expect(addSamples(sample, sample)).toEqual({ atMs: 250, cpuMs: 20, rssKiB: 200, threads: 6 });
});
