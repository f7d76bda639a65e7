import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outcome, runClient, startC, startCClient, startNative } from "./programs.ts";

const DELAY_MS = { from: 20, to: 60 };

let server: { port: number; child: ChildProcess };

beforeEach(async () => {
  server = await startNative("delay", ["--delay-us", "20000..60000"]);
});

/** SIGTERM ends it well, whatever was done to it. */
afterEach(async () => {
  const { child } = server;
  child.kill("SIGTERM");
  expect(child.exitCode === null ? await once(child, "close") : "it had ended").toEqual([0, null]);
});

async function open(): Promise<Socket> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Reads until there are so many bytes, or the server ends. */
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

test("no message is back before the shortest delay, and delays differ", async () => {
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
  // Of 30 draws all are within half of the range once in 30 million times.
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan((DELAY_MS.to - DELAY_MS.from) / 2);
});

test("byte by byte: the delay begins with the newline, and nothing comes before", async () => {
  const socket = await open();
  const early: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => early.push(bytes));
  for (const byte of "drip") {
    socket.write(byte);
    await sleep(DELAY_MS.to / 2);
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

test("several at once come back in order, each after a delay of its own", async () => {
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
])("after FIN behind %s all of it is echoed, then it closes", async (_, text) => {
  const socket = await open();
  socket.end(text);
  const { value, tookMs } = await timed(() => read(socket, Number.POSITIVE_INFINITY));
  expect(value).toBe(text);
  expect(tookMs).toBeGreaterThanOrEqual(text.split("\n").filter(Boolean).length * DELAY_MS.from);
});

test("a client that resets while its message is held, or does not read, costs the others nothing", async () => {
  const gone = await open();
  gone.write("never read\n");
  await sleep(DELAY_MS.from / 2);
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

test("byte for byte, short and long, many connections, as both clients see it", async () => {
  const args = ["--connections", "50", "--size", "1..200KiB", "--repeat", "5"];
  const { code, stderr } = await runClient(server.port, args);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const native = await outcome(
    startCClient(server.port, ["--connections", "50", "--duration-ms", "300", "--size", "1..200000"]),
  );
  expect([native.code, JSON.parse(native.stdout).messages >= 50 * 5]).toEqual([0, true]);
});

test.each(["9..1", "soon"])("a delay of %s is a mistake", async (delay) => {
  expect((await outcome(startC("delay", ["--port", "0", "--delay-us", delay]))).code).toBe(2);
});
