import type { Socket } from "node:net";
import type { LoadSample } from "@c10k-lab/protocol";
import { expect, test, vi } from "vitest";
import { LoadSampler } from "../../src/measure/load-sampler.ts";
import { LIVE, ResultsTable } from "../../src/measure/results-table.ts";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

test("the sampler takes a sample at the start, one every 100 ms and one at the end", () => {
  vi.useFakeTimers();
  try {
    const results = ResultsTable.allocate(1, 1);
    const sampler = new LoadSampler(results);
    for (let second = 0; second < 2; second++) {
      results.live[LIVE.open] = 1;
      results.live[LIVE.messages] += 10;
      vi.advanceTimersByTime(1000);
    }
    results.live[LIVE.open] = 0;
    results.live[LIVE.errors] = 1;
    const series = sampler.finish();
    expect(series.map(({ messages }) => messages)).toEqual([0, ...Array(10).fill(10), ...Array(11).fill(20)]);
    expect(series[0]).toMatchObject({ open: 0, errors: 0 });
    expect(series.at(-1)).toMatchObject({ open: 0, errors: 1 });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("the series begins before the first message and ends with what the summary says", async () => {
  await using server = await startMutant(echo);
  const result = await runClient(["--port", `${server.port}`, "--connections", "20", "--duration", "1s"]);
  expect(result.code).toBe(0);
  const { achieved, series } = result.summary();
  expect(series.length).toBeGreaterThan(3);
  expect(series[0]).toMatchObject({ open: 0, messages: 0, errors: 0 });
  expect(series.at(-1)).toMatchObject({ open: 0, messages: achieved.messages, errors: 0 });
  expect(Math.max(...series.map(({ open }) => open))).toBe(20);
  expect(series[0]?.atUs).toBeLessThan(achieved.firstSentUs as number);
  expect(series.at(-1)?.atUs).toBeGreaterThan(achieved.lastDoneUs as number);
  expectGrowing(series);
});

test("connections that fail are in the series from their failure on", async () => {
  let accepted = 0;
  await using server = await startMutant((socket) => {
    if (++accepted % 2 === 0) socket.resetAndDestroy();
    else echo(socket);
  });
  const args = ["--connections", "20", "--repeat", "3", "--hold", "2s"];
  const result = await runClient(["--port", `${server.port}`, ...args]);
  const { achieved, outcomes, series } = result.summary();
  expect(outcomes.ok).toBe(10);
  expect(series.at(-1)).toMatchObject({ messages: achieved.messages, errors: 10 });
  expect(series.some(({ errors, open }) => errors === 10 && open === 10)).toBe(true);
  expectGrowing(series);
});

test("an interrupted run has a series", async () => {
  await using server = await startMutant(echo);
  const result = await runClient(["--port", `${server.port}`, "--connections", "5", "--duration", "60s"], {
    whileRunning: async (signal) => {
      await vi.waitUntil(() => server.sockets.size === 5, { timeout: 20_000 });
      signal("SIGTERM");
    },
  });
  const { achieved, outcomes, series } = result.summary();
  expect(outcomes.interrupted).toBe(5);
  expect(series.at(-1)).toMatchObject({ open: 0, messages: achieved.messages, errors: 5 });
});

function expectGrowing(series: readonly LoadSample[]): void {
  for (const name of ["atUs", "messages", "errors"] as const) {
    const values = series.map((sample) => sample[name]);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  }
}
