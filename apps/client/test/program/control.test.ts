import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LineQueue } from "@c10k-lab/process";
import { ControlAnswer, type ControlOrder } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test } from "vitest";
import { type ClientResult, runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const ANSWER_MS = 10_000;

/** A lab that gives orders and reads the answers. */
interface Lab {
  connected(): Promise<ControlAnswer>;
  order(order: ControlOrder, number?: number): Promise<ControlAnswer>;
  end(): void;
  leave(): void;
}

/** Runs a client that a lab directs, against a server that echoes. */
async function direct(
  args: readonly string[],
  work: (lab: Lab) => Promise<void>,
  serve: Parameters<typeof startMutant>[0] = (socket) => socket.on("data", (data) => socket.write(data)),
): Promise<ClientResult> {
  await using server = await startMutant(serve);
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const control = ["--port", `${server.port}`, "--control", `127.0.0.1:${port}`];
  return await runClient([...control, ...args], {
    whileRunning: async () => {
      const [socket] = (await once(listener, "connection")) as [Socket];
      listener.close();
      const lines = new LineQueue(socket);
      const answer = async () => ControlAnswer.parse(JSON.parse((await lines.next(ANSWER_MS)) ?? "null"));
      await work({
        connected: answer,
        order: (order, number) => {
          socket.write(number === undefined ? `${order}\n` : `${order} ${number}\n`);
          return answer();
        },
        end: () => socket.end("end\n"),
        leave: () => socket.destroy(),
      });
    },
  });
}

const decode = ({ histograms }: ControlAnswer, clock: "response" | "intended") =>
  LatencyHistogram.decode(histograms?.[clock] ?? "");
const countOf = (answer: ControlAnswer) => decode(answer, "response").count;

/** Orders one slice. */
async function slice(lab: Lab, ms: number, { rate, graceMs }: { rate?: number; graceMs?: number } = {}) {
  await lab.order("exchange", rate);
  await sleep(30);
  const from = await lab.order("begin-slice");
  await sleep(ms);
  const to = await lab.order("end-slice");
  return { from, to, parked: await lab.order("park", graceMs) };
}

test("a directed load exchanges messages in slices on the same connections and is quiet between them", async () => {
  const measured: number[] = [];
  const result = await direct(["--connections", "8"], async (lab) => {
    expect(await lab.connected()).toMatchObject({ order: "connect", open: 8, messages: 0, errors: 0 });
    for (const ms of [100, 150]) {
      const { from, to, parked } = await slice(lab, ms);
      expect(to.messages).toBeGreaterThan(from.messages);
      expect(to.atUs - from.atUs).toBeGreaterThanOrEqual(ms * 900);
      // All messages that were begun are back, and those sent in the slice are measured.
      expect(countOf(parked)).toBeGreaterThan(0);
      expect(countOf(parked)).toBeLessThan(parked.messages);
      measured.push(countOf(parked));
      await sleep(50);
      expect((await lab.order("end-slice")).messages).toBe(parked.messages);
    }
    lab.end();
  });
  expect(result.code, result.stderr).toBe(0);
  const { achieved, latencyUs, outcomes } = result.summary();
  expect(outcomes.ok).toBe(8);
  expect(achieved).toMatchObject({ established: 8, held: 8, inFlight: 0, unsent: 0 });
  expect(achieved.bytesReceived).toBe(achieved.bytesSent);
  expect(latencyUs.response.count).toBe(measured.reduce((sum, count) => sum + count, 0));
  expect(achieved.messages).toBeGreaterThan(latencyUs.response.count);
  const rows = await result.rows();
  const completed = rows.map((row) => Number(row.requests_completed));
  expect(completed.reduce((sum, count) => sum + count, 0)).toBe(achieved.messages);
});

test("each slice of an open loop has due times of its own, and nothing that was due is left unsent", async () => {
  const result = await direct(["--connections", "10", "--rate", "500"], async (lab) => {
    await lab.connected();
    const first = await slice(lab, 400);
    const perSecond = (1e6 * (first.to.messages - first.from.messages)) / (first.to.atUs - first.from.atUs);
    expect(perSecond).toBeGreaterThan(250);
    expect(perSecond).toBeLessThan(1000);
    await sleep(1000);
    // Were messages due in the pause too, the next slice would begin with 500 of them at once.
    const second = await slice(lab, 100);
    expect(second.from.messages - first.parked.messages).toBeLessThan(250);
    lab.end();
  });
  expect(result.code, result.stderr).toBe(0);
  expect(result.summary()).toMatchObject({ achieved: { unsent: 0 }, latencyUs: { intended: { failed: 0 } } });
});

test("an open loop takes another rate with each slice, and all messages that were due in it are sent and timed", async () => {
  const dues: number[] = [];
  const result = await direct(["--connections", "10", "--rate", "100"], async (lab) => {
    expect(await lab.connected()).toMatchObject({ due: null });
    for (const rate of [4000, 400]) {
      const { parked } = await slice(lab, 400, { rate, graceMs: 20_000 });
      expect(parked.due).not.toBeNull();
      expect(decode(parked, "intended").count).toBe(parked.due);
      dues.push(parked.due ?? 0);
    }
    lab.end();
  });
  expect(result.code, result.stderr).toBe(0);
  // Ten times as many, but for the time in which a busy machine takes note of the orders.
  const [fast = 0, slow = 0] = dues;
  expect(slow).toBeGreaterThan(0);
  expect(fast).toBeGreaterThan(3 * slow);
});

test("a slice counts what was due while the server stood still: late with time to send it, without time unsent", async () => {
  /** Echoes nothing for a while: answers wait, and with one message in flight so do all later ones. */
  let stallUntilMs = 0;
  const echo = (socket: Socket) =>
    socket.on("data", (data) =>
      setTimeout(() => socket.write(data), Math.max(0, stallUntilMs - performance.now())),
    );
  const work = async (lab: Lab) => {
    await lab.connected();
    for (const graceMs of [5000, 0]) {
      await lab.order("exchange", 1000);
      await lab.order("begin-slice");
      stallUntilMs = performance.now() + 1100;
      await sleep(1000);
      await lab.order("end-slice");
      const parked = await lab.order("park", graceMs);
      const times = decode(parked, "intended");
      // 5 connections have one message in flight each; the other messages of that second wait for its echo.
      expect(parked.due).toBeGreaterThan(100);
      if (graceMs > 0) expect(times.count).toBe(parked.due);
      else expect(times.count).toBeLessThanOrEqual(10);
    }
    lab.end();
  };
  const result = await direct(["--connections", "5", "--rate", "1000"], work, echo);
  expect(result.code, result.stderr).toBe(0);
});

test("idle connections of a directed load echo before the first slice and after the last", async () => {
  const result = await direct(["--connections", "6", "--active", "2"], async (lab) => {
    expect(await lab.connected()).toMatchObject({ open: 6 });
    await slice(lab, 50);
    lab.end();
  });
  expect(result.code, result.stderr).toBe(0);
  expect(result.summary()).toMatchObject({ achieved: { proofs: 8, held: 6 }, outcomes: { ok: 6 } });
});

test("a load whose lab goes away ends with the outcome interrupted, exit 1", async () => {
  const result = await direct(["--connections", "3"], async (lab) => {
    await lab.connected();
    await lab.order("exchange");
    lab.leave();
  });
  expect(result.code).toBe(1);
  expect(result.summary().outcomes).toMatchObject({ interrupted: 3 });
});

test("a load that nobody directs any more does not begin: no lab listens, exit 1", async () => {
  await using server = await startMutant((socket) => socket.on("data", (data) => socket.write(data)));
  const result = await runClient([
    "--port",
    `${server.port}`,
    "--control",
    "127.0.0.1:1",
    "--connections",
    "2",
  ]);
  expect(result.code).toBe(1);
  expect(result.summary().outcomes).toMatchObject({ interrupted: 2 });
});

test.each([
  [["--control", "here"], "--control: 'here' is not HOST:PORT"],
  [["--control", "127.0.0.1:9", "--duration", "1s"], "--duration and --control exclude each other"],
])("%j is a mistake: one sentence, exit 2", async (args, words) => {
  const result = await runClient(args, { files: [] });
  expect(result.code).toBe(2);
  expect(result.stderr).toContain(words);
});
