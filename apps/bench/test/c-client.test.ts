import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { EvilServer } from "./evil-server.ts";
import { runNativeClient, startNative } from "./programs.ts";

const TINY = ["--connections", "3", "--duration-ms", "200"];

async function ask(port: number, args: readonly string[]) {
  const { code, stdout, stderr } = await runNativeClient(port, args);
  return { code, stderr, results: stdout === "" ? null : JSON.parse(stdout) };
}

test("c-client counts the echoed messages and prints one line", async () => {
  const server = await EvilServer.start((bytes, socket) => socket.write(bytes));
  const { code, results } = await ask(server.port, [...TINY, "--size", "17"]);
  server.close();
  expect(code).toBe(0);
  expect(results.messages).toBeGreaterThan(3);
  expect(server.received).toBe(results.messages * 17);
  const { p50, p90, p99, p999, max, mean } = results.latencyUs;
  expect([p50, p90, p99, p999]).toEqual([p50, p90, p99, p999].toSorted((a, b) => a - b));
  expect(p999).toBeLessThanOrEqual(max * 1.01);
  expect(mean).toBeGreaterThan(0);
});

test("c-client verifies messages of every length, in pieces or several in one read", async () => {
  const { port, child } = await startNative("epoll");
  const { code, results } = await ask(port, [...TINY, "--size", "1..300000"]);
  await child.stop();
  expect([code, results.messages > 3]).toEqual([0, true]);
});

describe("c-client ends with the reason when the answer is no echo", () => {
  const flip = (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte)));
  test.each<[string, (bytes: Buffer, socket: Socket) => void, string]>([
    ["one wrong bit", (bytes, socket) => socket.write(flip(bytes)), "wrong bytes"],
    ["one byte too many", (bytes, socket) => socket.write(`${bytes}!`), "wrong bytes"],
    ["the first message again", (bytes, socket) => socket.write(remember(socket, bytes)), "wrong bytes"],
    ["the end of the stream", (_, socket) => socket.end(), "the server closed it"],
  ])("%s", async (_, answer, words) => {
    const server = await EvilServer.start(answer);
    const { code, stderr, results } = await ask(server.port, TINY);
    server.close();
    expect([code, results]).toEqual([1, null]);
    expect(stderr).toMatch(new RegExp(`^c-client: connection [123]: ${words}\n$`));
  });
});

const firsts = new WeakMap<Socket, Buffer>();
function remember(socket: Socket, bytes: Buffer): Buffer {
  if (!firsts.has(socket)) firsts.set(socket, bytes);
  return firsts.get(socket) as Buffer;
}

test("c-client reports the response time of a server that takes 50 ms", async () => {
  const server = await EvilServer.start((bytes, socket) => setTimeout(() => socket.write(bytes), 50));
  const { results } = await ask(server.port, ["--connections", "2", "--duration-ms", "400"]);
  server.close();
  expect(results.latencyUs.p50).toBeGreaterThan(49_000);
  expect(results.latencyUs.mean).toBeGreaterThan(49_000);
});

test("c-client sends every message that is due before the end of an open loop", async () => {
  const server = await EvilServer.start((bytes, socket) => socket.write(bytes));
  const { results } = await ask(server.port, [...TINY, "--rate", "1000"]);
  server.close();
  expect(results.messages).toBe(200);
  expect(results.intendedUs.p50).toBeGreaterThanOrEqual(results.latencyUs.p50);
});

test("c-client times a late message of an open loop from its due time", async () => {
  const server = await EvilServer.start((bytes, socket) => setTimeout(() => socket.write(bytes), 50));
  const { results } = await ask(server.port, ["--connections", "1", "--rate", "100", "--duration-ms", "200"]);
  server.close();
  // A message takes 50 ms and one is due every 10 ms: the last of 20 is some 800 ms late.
  expect(results.messages).toBe(20);
  expect(results.latencyUs.p50).toBeLessThan(200_000);
  expect(results.intendedUs.max).toBeGreaterThan(700_000);
});

test("a pause between messages limits their number", async () => {
  const server = await EvilServer.start((bytes, socket) => socket.write(bytes));
  const { results } = await ask(server.port, [...TINY, "--think-us", "40000..60000"]);
  server.close();
  // 200 ms hold at most six messages 40 ms apart.
  expect(results.messages).toBeGreaterThanOrEqual(3);
  expect(results.messages).toBeLessThanOrEqual(3 * 6);
});

test("c-client ends with code 1 when no server listens", async () => {
  const server = await EvilServer.start(() => {});
  const { port } = server;
  server.close();
  expect(await ask(port, TINY)).toMatchObject({ code: 1, stderr: expect.stringContaining("connect:") });
});
