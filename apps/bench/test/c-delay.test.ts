import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Child } from "@c10k-lab/process";
import { pause } from "@c10k-lab/process/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runClient, runNative, runNativeClient, startNative } from "./programs.ts";

const DELAY_MS = { from: 20, to: 60 };

let server: { port: number; child: Child };

beforeEach(async () => {
  server = await startNative("delay", ["--delay-us", "20000..60000"]);
});

afterEach(async () => {
  expect(await server.child.stop(), "after SIGTERM").toEqual({ code: 0, signal: null });
});

async function open(): Promise<Socket> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Reads `bytes` bytes, or fewer when the server closes. */
async function read(socket: Socket, bytes: number): Promise<string> {
  let text = "";
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    text += piece;
    if (text.length >= bytes) break;
  }
  return text;
}

async function timed<T>(wait: () => Promise<T>): Promise<{ value: T; tookMs: number }> {
  const fromMs = performance.now();
  const value = await wait();
  return { value, tookMs: performance.now() - fromMs };
}

test("c-delay echoes no message before the shortest delay, and varies the delays", async () => {
  const socket = await open();
  const times: number[] = [];
  for (let number = 0; number < 30; number++) {
    const line = `message ${number}\n`;
    const { value, tookMs } = await timed(() => {
      socket.write(line);
      return read(socket, line.length);
    });
    expect(value).toBe(line);
    times.push(tookMs);
  }
  socket.destroy();
  expect(Math.min(...times)).toBeGreaterThanOrEqual(DELAY_MS.from);
  // The probability that 30 draws lie within half of the range is 1 in 30 million.
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan((DELAY_MS.to - DELAY_MS.from) / 2);
});

test("the delay of a message begins with its newline, and no byte is echoed before", async () => {
  const socket = await open();
  const early: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => early.push(bytes));
  for (const byte of "drip") {
    socket.write(byte);
    await pause(DELAY_MS.to / 2);
  }
  socket.removeAllListeners("data");
  expect(early).toEqual([]);
  const { value, tookMs } = await timed(() => {
    socket.write("\n");
    return read(socket, 5);
  });
  socket.destroy();
  expect(value).toBe("drip\n");
  expect(tookMs).toBeGreaterThanOrEqual(DELAY_MS.from);
});

test("several messages in one segment are echoed in order, each after its own delay", async () => {
  const socket = await open();
  const text = "one\ntwo\n\nfour\nfi";
  const { value, tookMs } = await timed(() => {
    socket.write(text);
    return read(socket, text.length - 2);
  });
  expect(value).toBe("one\ntwo\n\nfour\n");
  expect(tookMs).toBeGreaterThanOrEqual(4 * DELAY_MS.from);
  socket.write("ve\n");
  expect(await read(socket, 5)).toBe("five\n");
  socket.destroy();
});

test.each([
  ["whole lines", "a line\nanother\n"],
  ["a line and a rest", "a line\nthe rest"],
  ["nothing", ""],
])("c-delay echoes %s before a FIN completely, then closes", async (_, text) => {
  const socket = await open();
  socket.end(text);
  const { value, tookMs } = await timed(() => read(socket, Number.POSITIVE_INFINITY));
  expect(value).toBe(text);
  expect(tookMs).toBeGreaterThanOrEqual(text.split("\n").filter(Boolean).length * DELAY_MS.from);
});

test("a client that resets or does not read does not delay the others", async () => {
  const gone = await open();
  gone.write("never read\n");
  await pause(DELAY_MS.from / 2);
  gone.resetAndDestroy();
  const stuck = await open();
  stuck.pause();
  stuck.write(`${"x".repeat(16 * 2 ** 20)}\n`.repeat(2));
  for (let number = 0; number < 5; number++) {
    const socket = await open();
    socket.write("still here\n");
    expect(await read(socket, 11)).toBe("still here\n");
    socket.destroy();
  }
  stuck.destroy();
});

test("both clients verify short and long messages on many connections of c-delay", async () => {
  const args = ["--connections", "50", "--size", "1..200KiB", "--repeat", "5"];
  const { code, stderr } = await runClient(server.port, args);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const native = await runNativeClient(server.port, [
    ...["--connections", "50", "--duration-ms", "3000", "--size", "1..200000"],
  ]);
  expect([native.code, JSON.parse(native.stdout).messages >= 50 * 5]).toEqual([0, true]);
});

test.each(["9..1", "soon"])("c-delay refuses a delay of %s", async (delay) => {
  expect((await runNative("delay", ["--port", "0", "--delay-us", delay])).code).toBe(2);
});
