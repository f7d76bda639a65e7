import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

/** Long enough for a client to have started and connected. */
const AHEAD_MS = 5000;

/** Returns a server that notes when connections and messages come, in milliseconds since 1970. */
function clock() {
  const times = { connectedMs: [] as number[], messagesMs: [] as number[] };
  const serve = (socket: Socket) => {
    times.connectedMs.push(Date.now());
    socket.on("data", (data: Buffer) => {
      times.messagesMs.push(Date.now());
      socket.write(data);
    });
  };
  return { times, serve };
}

test("clients connect at once and send no message before --start-at", async () => {
  const { times, serve } = clock();
  await using server = await startMutant(serve);
  const startAtMs = Date.now() + AHEAD_MS;
  const args = ["--port", `${server.port}`, "--connections", "5", "--duration", "600ms"];
  const [iso, epoch] = await Promise.all([
    runClient([...args, "--start-at", new Date(startAtMs).toISOString()]),
    runClient([...args, "--start-at", `${startAtMs}`]),
  ]);
  expect([iso.code, epoch.code]).toEqual([0, 0]);
  // A clock that rounds down may show the millisecond before.
  expect(Math.min(...times.messagesMs)).toBeGreaterThanOrEqual(startAtMs - 1);
  expect(Math.min(...times.connectedMs)).toBeLessThan(startAtMs);
  for (const { achieved } of [iso.summary(), epoch.summary()]) {
    expect(achieved.startLagMs).toBeGreaterThanOrEqual(0);
    expect(achieved.messagingMs).toBeGreaterThanOrEqual(300);
    expect(achieved.messagingMs).toBe(((achieved.lastDoneUs ?? 0) - (achieved.firstSentUs ?? 0)) / 1000);
  }
  const begins = [iso, epoch].map((client) => client.summary().achieved.firstSentUs ?? 0);
  expect(Math.abs(begins[0] - begins[1])).toBeLessThan(AHEAD_MS * 1000);
});

test("without a barrier clients connect no earlier than --start-at", async () => {
  const { times, serve } = clock();
  await using server = await startMutant(serve);
  const startAtMs = Date.now() + AHEAD_MS;
  const args = ["--port", `${server.port}`, "--connections", "5", "--no-barrier"];
  const result = await runClient([...args, "--start-at", `${startAtMs}`]);
  expect(result.code).toBe(0);
  expect(Math.min(...times.connectedMs)).toBeGreaterThanOrEqual(startAtMs - 1);
});

test("after a moment that has passed, messages begin at once and --duration counts from their beginning", async () => {
  const { serve } = clock();
  await using server = await startMutant(serve);
  const startAtMs = Date.now() - 60_000;
  const args = ["--port", `${server.port}`, "--connections", "3", "--duration", "600ms"];
  const result = await runClient([...args, "--start-at", `${startAtMs}`]);
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(/^client: messages began \d+ ms after --start-at\n$/);
  const { startLagMs, messagingMs } = result.summary().achieved;
  expect(startLagMs).toBeGreaterThanOrEqual(60_000);
  expect(messagingMs).toBeGreaterThanOrEqual(300);
});

test("SIGTERM ends a client that waits for --start-at", async () => {
  const { times, serve } = clock();
  await using server = await startMutant(serve);
  const result = await runClient(
    ["--port", `${server.port}`, "--connections", "4", "--start-at", `${Date.now() + 600_000}`],
    {
      whileRunning: async (signal) => {
        while (times.connectedMs.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
        signal("SIGTERM");
      },
    },
  );
  expect(result.code).toBe(143);
  expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(4).fill("interrupted"));
  expect(result.summary().achieved).toMatchObject({ messages: 0, firstSentUs: null, startLagMs: null });
});

test("without --start-at there is no lag", async () => {
  const { serve } = clock();
  await using server = await startMutant(serve);
  const result = await runClient(["--port", `${server.port}`, "--connections", "1", "--repeat", "1"]);
  expect(result.summary().achieved.startLagMs).toBeNull();
  expect(result.summary().achieved.firstSentUs).toBeGreaterThan(0);
});
