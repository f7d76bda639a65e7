import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { posix } from "../src/index.ts";
import { MessageCalls } from "../src/message-calls.ts";
import { Descriptors } from "./sockets.ts";

const output = Buffer.from("0123456789");

test("a message is sent from one array and received in the other at the offsets, and nowhere else", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const input = new Uint8Array(8).fill(255);
  const calls = new MessageCalls(output, input);
  expect(calls.send(client, 3, 4)).toBe(4);
  expect(calls.recv(server, 2, 6)).toBe(4);
  expect([...input]).toEqual([255, 255, ...Buffer.from("3456"), 255, 255]);
});

test("the results are those of recv(2) and send(2): EAGAIN without data, 0 at a FIN, EPIPE after one's own, EBADF", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const calls = new MessageCalls(output, new Uint8Array(8));
  expect(calls.recv(server, 0, 8)).toBe(-posix.EAGAIN);
  posix.shutdown(client, posix.SHUT_WR);
  expect(calls.recv(server, 0, 8)).toBe(0);
  expect(calls.send(client, 0, 1)).toBe(-posix.EPIPE);
  expect(calls.recv(-1, 0, 8)).toBe(-posix.EBADF);
  expect(calls.send(-1, 0, 1)).toBe(-posix.EBADF);
});

test.each([
  [-1, 1],
  [0, -1],
  [0, 11],
  [10, 1],
  [11, 0],
  [2 ** 31 - 1, 2 ** 31 - 1],
])("a slice outside its array, %d bytes from its start and %d long, is EFAULT", (offset, length) => {
  using descriptors = new Descriptors();
  const [client] = descriptors.pair();
  const calls = new MessageCalls(output, new Uint8Array(10));
  expect(calls.send(client, offset, length)).toBe(-posix.EFAULT);
  expect(calls.recv(client, offset, length)).toBe(-posix.EFAULT);
});

test("two pairs of arrays have arguments and results of their own", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const [first, second] = [1, 2].map((bytes) => new MessageCalls(output.subarray(0, bytes), Buffer.alloc(8)));
  expect(first?.send(client, 0, 2)).toBe(-posix.EFAULT);
  expect(second?.send(client, 0, 2)).toBe(2);
  expect(first?.recv(server, 0, 8)).toBe(2);
});

test("the registered arrays outlive every other reference", async () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const calls = new MessageCalls(Buffer.alloc(100_000, "x"), Buffer.alloc(100_000));
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const into = Buffer.alloc(5);
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    await new Promise(setImmediate);
    // Fills the memory that a collected array would have left behind.
    const others = Array.from({ length: 50 }, () => Buffer.alloc(100_000, "o"));
    expect(calls.send(client, others.length, 5)).toBe(5);
    posix.recv(server, into, 0, 5);
    expect(into.toString()).toBe("xxxxx");
  }
});
