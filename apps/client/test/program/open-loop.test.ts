import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import type { ClientSummary } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startFreezable } from "./frozen-server.ts";
import { startMutant } from "./mutant-server.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

/** Longest time a message was sent after its due time, ms: on a busy machine the first one may be late by as much. */
const sendLagMaxMs = ({ latencyUs }: ClientSummary["loop"]) => (latencyUs.sendLag.max ?? 0) / 1000;

const { durationMs: DURATION_MS, frozenMs: FROZEN_MS } = SIZES.C8;

test(
  "C8 when a server freezes for a fifth of the time, the intended clock shows it and the raw one does not",
  showFreeze,
  SIZED_BOUND_MS,
);

async function showFreeze(): Promise<void> {
  await using server = await startFreezable();
  const load = ["--connections", "10", "--rate", "500", "--duration", `${DURATION_MS}ms`];
  const result = await runClient(["--port", `${server.port}`, ...load], {
    whileRunning: async () => {
      await server.inUse;
      await sleep(1000);
      await server.freeze(FROZEN_MS);
    },
  });
  expect(result.code).toBe(0);
  const { latencyUs, achieved } = result.summary();
  expect(achieved.messages + achieved.unsent).toBe(DURATION_MS / 2);
  expect(latencyUs.intended.count).toBe(achieved.messages);
  // A fifth of all messages is due during the freeze: the p99 is 95 % of the way into it.
  expect(latencyUs.intended.p99).toBeGreaterThan(750 * FROZEN_MS);
  expect(latencyUs.intended.p99).toBeLessThan(2000 * FROZEN_MS);
  // The raw clock has one late message of each of 10 connections, 0.5 % at most.
  expect(latencyUs.response.p99).toBeLessThan(500 * FROZEN_MS);
  expect(latencyUs.response.max).toBeGreaterThan(750 * FROZEN_MS);
}

describe("an open loop", () => {
  test("an open loop sends what is due and no more, and reports its own delays", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "4", "--rate", "200", "--duration", "2s"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    const { achieved, latencyUs, loop } = result.summary();
    expect(achieved.messages + achieved.unsent).toBe(400);
    expect(achieved.messages).toBeGreaterThan(350);
    expect(latencyUs.intended).toMatchObject({ count: achieved.messages, failed: achieved.unsent });
    expect(latencyUs.intended.min).toBeGreaterThanOrEqual(latencyUs.response.min ?? 0);
    expect(loop.latencyUs.sendLag.count).toBeGreaterThan(0);
    expect(loop.latencyUs.sendLag.count).toBeLessThanOrEqual(achieved.messages);
    const completed = (await result.rows()).map((row) => Number(row.requests_completed));
    expect(Math.max(...completed)).toBeLessThanOrEqual(100);
  });

  test("an open loop with --repeat ends after the due time of the last message", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "5", "--rate", "100", "--repeat", "10"];
    const { achieved, loop } = (await runClient(["--port", `${server.port}`, ...args])).summary();
    expect(achieved).toMatchObject({ messages: 50, unsent: 0 });
    expect(achieved.messagingMs + sendLagMaxMs(loop)).toBeGreaterThanOrEqual(400);
  });

  test("messages that a slow server leaves no time to send are counted as unsent, and as infinite", async () => {
    await using server = await startMutant((socket) =>
      socket.on("data", (data: Buffer) => setTimeout(() => socket.write(data), 100)),
    );
    const args = ["--connections", "2", "--rate", "100", "--duration", "1s", "--timeout", "400ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    const { achieved, latencyUs } = result.summary();
    expect(achieved.messages + achieved.unsent).toBe(100);
    expect(achieved.unsent).toBeGreaterThanOrEqual(70);
    expect(latencyUs.intended).toMatchObject({ failed: achieved.unsent, p99: "infinite" });
    expect(latencyUs.response).toMatchObject({ failed: 0 });
    expect(result.stdout).toContain(`${achieved.unsent} messages were due and never sent`);
    expect(result.stdout).toMatch(/client +\d+ % of one core, turns p99 .* ms, sends late by p99 .* ms/);
    expect(latencyUs.response.p99).toBeLessThan(1_000_000);
  });

  test("messages that are due before the end are sent late, and waited for, after a server stalled at the end", async () => {
    await using server = await startFreezable();
    const args = ["--port", `${server.port}`, "--connections", "20", "--rate", "2000", "--duration", "2s"];
    const result = await runClient(args, {
      whileRunning: async () => {
        await server.inUse;
        await sleep(1700);
        await server.freeze(800);
      },
    });
    expect(result.code).toBe(0);
    expect(result.summary().achieved).toMatchObject({ messages: 4000, unsent: 0 });
    expect(result.summary().latencyUs.intended).toMatchObject({ count: 4000, failed: 0 });
  });

  test("messages of the warm-up are verified and counted, and in no clock but the first response", async () => {
    await using server = await startMutant(echo);
    const args = ["--connections", "4", "--rate", "200", "--warmup", "1s", "--duration", "1s"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    const { achieved, latencyUs, loop, series } = result.summary();
    expect(achieved).toMatchObject({ messages: 400, unsent: 0 });
    expect(achieved.warmup).toBe(200);
    expect(latencyUs.response.count).toBe(200);
    expect(latencyUs.intended.count).toBe(200);
    expect(achieved.messagingMs + sendLagMaxMs(loop)).toBeGreaterThan(900);
    expect(series.filter(({ isWarmup }) => isWarmup).length).toBeGreaterThanOrEqual(5);
    expect(series.at(-1)?.isWarmup).toBe(false);
    const completed = (await result.rows()).map((row) => Number(row.requests_completed));
    expect(completed).toEqual([100, 100, 100, 100]);
  });

  test("a message that was due in the warm-up and is sent after it is in no clock", async () => {
    await using server = await startFreezable();
    const args = ["--connections", "4", "--rate", "200", "--warmup", "1s", "--duration", "2s"];
    const result = await runClient(["--port", `${server.port}`, ...args], {
      // From within the warm-up until after its end: by then 100 messages and more are late.
      whileRunning: async () => {
        await server.inUse;
        await server.freeze(1500);
      },
    });
    const { achieved, latencyUs } = result.summary();
    expect(achieved).toMatchObject({ messages: 600, warmup: 200, unsent: 0 });
    expect(latencyUs).toMatchObject({ response: { count: 400 }, intended: { count: 400 } });
  });

  test("a warm-up without --duration is refused in one sentence", async () => {
    const result = await runClient(["--port", "9", "--warmup", "1s"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("--warmup needs --duration");
  });

  test("the messages that a failed connection would have sent are unsent", async () => {
    let connections = 0;
    await using server = await startMutant((socket) => {
      const isBad = ++connections === 1;
      socket.once("data", () => isBad && socket.destroy());
      if (!isBad) echo(socket);
    });
    const args = ["--connections", "2", "--rate", "100", "--duration", "1s"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(1);
    const { achieved, latencyUs } = result.summary();
    // Half of 100 messages belong to the failed connection: one is in flight, 49 are never sent.
    expect(achieved.unsent).toBeGreaterThanOrEqual(49);
    expect(latencyUs.intended.failed).toBe(achieved.unsent + 1);
    expect(latencyUs.intended.count + latencyUs.intended.failed).toBe(100);
    expect(latencyUs.intended.p90).toBe("infinite");
    expect(latencyUs.response.failed).toBe(1);
  });

  test("a message whose echo is as long and wrong is failed: every due message is in the clock of due times", async () => {
    let messages = 0;
    await using server = await startMutant((socket) =>
      socket.on("data", (data: Buffer) => socket.write(++messages === 20 ? data.fill("!") : data)),
    );
    const args = ["--connections", "2", "--rate", "100", "--duration", "1s", "--message", "x".repeat(9)];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    const { achieved, latencyUs, outcomes } = result.summary();
    expect(outcomes).toMatchObject({ ok: 1, "wrong-bytes": 1 });
    expect(latencyUs.intended.failed).toBe(achieved.unsent + 1);
    expect(latencyUs.intended.count + latencyUs.intended.failed).toBe(100);
  });

  test("a closed loop has no intended time", async () => {
    await using server = await startMutant(echo);
    const result = await runClient(["--port", `${server.port}`, "--connections", "2"]);
    expect(result.summary().latencyUs.intended).toMatchObject({ count: 0, failed: 0, p99: null });
    expect(result.summary().loop.latencyUs.sendLag.count).toBe(0);
  });
});

describe("the end of a run", () => {
  test("messages in flight at the end of --duration are waited for and counted", async () => {
    await using server = await startMutant((socket) =>
      socket.on("data", (data: Buffer) => setTimeout(() => socket.write(data), 600)),
    );
    const args = ["--connections", "6", "--duration", "100ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    expect(result.summary().achieved).toMatchObject({ messages: 6, completed: 6, inFlight: 0 });
    expect(result.summary().latencyUs.response.min).toBeGreaterThanOrEqual(590_000);
  });

  test("messages in flight at the end of --duration are waited for no longer than --timeout", async () => {
    await using server = await startMutant((socket) =>
      socket.once("data", (data: Buffer) => {
        let at = 0;
        const timer = setInterval(() => socket.write(data.subarray(at, ++at)), 100);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    const args = ["--connections", "2", "--size", "10000", "--duration", "100ms", "--timeout", "500ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(1);
    expect(result.summary().outcomes.timeout).toBe(2);
    expect(result.summary().latencyUs.response).toMatchObject({
      count: 0,
      failed: 2,
      p50: "infinite",
      max: null,
    });
  });

  test("messages in flight at an interrupt are counted as neither echoed nor failed", async () => {
    let asked = 0;
    await using server = await startMutant((socket) => socket.on("data", () => asked++));
    const result = await runClient(["--port", `${server.port}`, "--connections", "7"], {
      whileRunning: async (signal) => {
        while (asked < 7) await sleep(10);
        signal("SIGINT");
      },
    });
    expect(result.code).toBe(130);
    expect(result.summary().achieved).toMatchObject({ messages: 0, inFlight: 7 });
    expect(result.summary().latencyUs.response).toMatchObject({ count: 0, failed: 0, p99: null });
  });
});

test("failures are infinite in the clock they belong to, and in no other", async () => {
  let connections = 0;
  await using server = await startMutant((socket) => {
    if (++connections % 2 === 0) socket.once("data", () => socket.destroy());
    else echo(socket);
  });
  const args = ["--connections", "10", "--repeat", "3"];
  const result = await runClient(["--port", `${server.port}`, ...args]);
  expect(result.code).toBe(1);
  const { latencyUs } = result.summary();
  expect(latencyUs.connect).toMatchObject({ count: 10, failed: 0 });
  expect(latencyUs.firstResponse).toMatchObject({ count: 5, failed: 5, p90: "infinite" });
  expect(latencyUs.response).toMatchObject({ count: 15, failed: 5, p99: "infinite" });
  expect(latencyUs.response.p50).toBeLessThan(30_000_000);
  expect(result.stdout).toContain("∞");
});

test("a connection that was never established fails in the connect clock alone", async () => {
  const result = await runClient(["--port", "9", "--connections", "3"]);
  const { latencyUs } = result.summary();
  expect(latencyUs.connect).toMatchObject({ count: 0, failed: 3, p50: "infinite", min: null });
  expect(latencyUs.response).toMatchObject({ count: 0, failed: 0, p50: null });
});
